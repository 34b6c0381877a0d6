"""The four pictures with words on the home page."""

from settlement.demo.data.shapes import Banner, words

BANNERS = [
    Banner(
        slug="spring-tea",
        headline=words("春茶上新", "Spring tea is in"),
        line=words("明前头采，配一只趁手的盖碗", "First-flush leaves, and a bowl that fits the hand"),
        action=words("去看春茶", "See the tea"),
        link_kind="category",
        link="tea",
        ground="#dbe8d2",
        accent="#bcd6bd",
        emoji=("teapot", "teacup", "leaf", "jar", "herb"),
        tints={"teapot": "#7fb39b", "jar": "#cfe0d6"},
    ),
    Banner(
        slug="quiet-sound",
        headline=words("安静一会儿", "A little quiet"),
        line=words(
            "降噪耳机与木箱音响，三十天听不惯可换", "Headphones and wooden speakers, thirty days to change your mind"
        ),
        action=words("进店试听", "Visit the shop"),
        link_kind="shop",
        link="shiyin",
        ground="#dcdff0",
        accent="#bcc8e6",
        emoji=("headphones", "radio", "studio_mic", "knobs", "microphone"),
        tints={"headphones": "#3d4f86"},
    ),
    Banner(
        slug="kitchen-season",
        headline=words("好好吃饭", "Eat well at home"),
        line=words("锅具满额包邮，禾木生活本周直降", "Free delivery on cookware, and savings at Hemu this week"),
        action=words("去挑口锅", "Find your pan"),
        link_kind="category",
        link="kitchenware",
        ground="#f1e3d0",
        accent="#ecc9a5",
        emoji=("pot", "pan", "bread", "tomato", "egg"),
        tints={},
    ),
    Banner(
        slug="weekend-out",
        headline=words("周末出门", "Out for the weekend"),
        line=words("帐篷、球拍与一辆好骑的车", "A tent, a racket and a bicycle that rolls"),
        action=words("看看装备", "See the gear"),
        link_kind="category",
        link="sports",
        ground="#d4e6ec",
        accent="#b5d8d2",
        emoji=("tent", "bicycle", "badminton", "basketball", "compass"),
        tints={},
    ),
]
