"""What shoppers say and what shops answer. One line each: stars, language (z or e), words."""

from settlement.demo.data.shapes import Review, ShopAnswer

_REVIEWS = {
    "tea": """
5 z 汤色很清亮，第三泡开始回甘，坐办公室一下午就靠它了。
5 z 附赠的试饮装先泡了，确认合口味才拆的正装，这个做法很贴心。
5 z 香气是真的高，开袋同事就凑过来了。已经回购第二罐。
4 z 茶是好茶，就是罐子盖有点紧，每次开都费劲。
4 z 比我平时喝的淡一点，多投一克就刚好，耐泡度不错。
3 z 香气还行，回甘没有描述里那么久，这个价位中规中矩。
2 z 收到罐子瘪了一角，茶没事，送人就拿不出手了。
5 e Clean, sweet and honest about where it comes from. The roasting date on the pouch won me over.
""",
    "teaware": """
5 z 釉色比照片还润，倒水断得很干净，一滴都不挂。
5 z 盖碗真的不烫手，新手也能用，出汤利落。
5 z 包得像俄罗斯套娃，三层泡沫，到手完好。
5 z 送给爱喝茶的爸爸，他拿着看了半天，说釉水有味道。
4 z 容量比想象的小一点，一个人喝刚好，看清尺寸再拍。
4 z 很好看，杯底有一个小小的落灰点，手工的嘛，能理解。
3 z 颜色和图片差了一档，偏灰，没到退的程度。
1 z 到手盖子磕了个口，联系补发等了一周。
5 e The glaze has real depth and it pours without a drip. Packed like treasure.
""",
    "kitchenware": """
5 z 煎蛋一点不粘，晃一晃就滑出来了，锅也不重。
5 z 开锅按说明走了一遍，炒青菜锅气足，再也不羡慕饭店。
5 z 刀很锋利，切番茄不用压，记得配磨刀石。
5 z 炖了一锅牛腩，汤少了不到三成，密封真好。
4 z 锅身好，手柄离火近的时候还是有点热，垫块布就行。
4 z 盘子素净耐看，有一只釉面有小针眼，不影响用。
3 z 用了一个月，涂层边缘有点发暗，不知道是不是正常。
2 z 快递把锅耳磕变形了，客服让拍照后补了一个。
5 e Heavy where it should be and light enough to toss. Best pan I have owned at this price.
""",
    "living": """
5 z 四件套洗过两次更软了，没掉色，也没跑被芯。
5 z 椅子装起来十来分钟，坐着腰是贴住的，很稳。
5 z 蜡烛点半小时整间屋子都是松木味，不呛。
4 z 收纳篮挺结实，有几根藤头没修干净，用剪刀剪了。
4 z 沙发坐感偏硬，我喜欢，家里老人觉得刚好。
4 z 镜子很清楚，师傅只送到楼下，自己搬上来的。
3 z 香味淡得快，大客厅要点两个。
2 z 花瓶底有点不平，放桌上会轻轻晃。
5 e Washed linen that actually feels like linen. Slept cool through a hot week.
""",
    "clothing": """
5 z 面料厚实不透，洗了三次领口还是平的，再来两件换着穿。
5 z 一米六三、一百零五斤，M 码刚好，腰线显高。
5 z 颜色很正，和模特图一个色，没有色差惊吓。
5 z 口袋真的能放手机，走路也不坠。
4 z 版型好看，面料容易皱，出门前得熨一下。
4 z 袖子对我来说长两厘米，客服说可以免费改，点赞。
3 z 衣服还行，线头多了点，剪了十分钟。
2 z 尺码偏大一码，换货来回等了八天。
1 z 洗一次就起球，和详情说的不一样。
5 e True to size, heavy cotton, collar still flat after three washes.
""",
    "shoes": """
5 z 走了一万五千步脚没疼，鞋底软但不塌。
5 z 码数标准，我平时 39 就拍 39，不磨后跟。
4 z 好看，鞋头略窄，脚宽的建议拍大一码。
4 z 雨天穿过一次，没进水，晾干也没变形。
3 z 鞋子不错，发货等了六天，催了两次才发。
3 z 穿了两周鞋底后跟磨得有点快。
2 z 左脚右脚胶水痕不一样，做工不够细。
1 z 发错码了，客服两天才回，换货运费还让我先垫。
2 z 说好 48 小时发货，第五天才有物流。
4 e Comfortable straight out of the box, though delivery took its time.
""",
    "bags": """
5 z 皮子很软，没有刺鼻味，放得下电脑和一本书。
5 z 行李箱轮子真的静音，半夜拖回家邻居没出来骂。
5 z 背了三个月，肩带没变形，侧袋放大水杯也不晃。
4 z 包很好，肩带调到最短对我还是长，自己打了个孔。
4 z 伞面大，收起来有点沉，包里占地方。
3 z 金属扣有一道浅划痕，不细看看不出来。
2 z 拉链用了两周开始卡，寄回去修了。
5 e Fits a thirteen-inch laptop, a book and lunch. The zips feel like they will outlive me.
""",
    "audio": """
5 z 降噪开起来地铁像被关了静音，贝斯还有弹性。
5 z 戴眼镜夹三小时也不疼，这点比之前那副强太多。
5 z 声音偏暖，人声厚，听老歌特别舒服。
4 z 音质好，触控偶尔误触，关掉手势就没事了。
4 z 低频够，高频略保守，均衡器里拉一格就好。
3 z 通话时风大对方听不清，安静的地方没问题。
2 z 左耳有轻微电流声，换了一台就好了，耽误三天。
5 e The canceling is the real thing and the pads forgive my glasses.
""",
    "computing": """
5 z 键盘声音像下雨，同事没投诉，还问我链接。
5 z 充电宝自带线太方便了，包里少一团麻。
5 z 手机壳手感细腻，摔过两次四个角都没事。
4 z 屏幕很准，支架高度够，就是说明书字太小。
4 z 鼠标很静，滚轮略松，打字的同事都来借。
4 z 打印速度比想象快，墨盒要自己记得买。
3 z 键帽有一颗歪一点，自己拔了重装好了。
2 z 充电头烫手，客服说正常范围，心里还是打鼓。
5 e The switches feel right, the cable is long enough and there was nothing to install.
""",
    "smart": """
5 z 手表真能撑十二天，跑步心率和胸带差两三下。
5 z 灯泡的日出模式太温柔了，孩子自己起床了。
5 z 相机夜里手持拍灯会，回来一看一张没糊。
4 z 功能多，首次配网折腾了十分钟，之后没断过。
4 z 望远镜看月亮清楚，土星环要天气好才行。
3 z 门锁好用，低电提醒声音小，差点没听见。
2 z 额温计和水银的差零点四度，当参考吧。
5 e Set up in ten minutes and it has not missed a sunrise since.
""",
    "pantry": """
5 z 米香是真的香，焖饭不加油也亮晶晶。
5 z 真空砖包装，放柜子里两个月没生虫。
5 z 曲奇一口酥，奶味足，三天就被我一个人吃完了。
4 z 好吃，单价比超市贵一块，冲着新鲜认了。
4 z 月饼不齁，一半分给邻居，都来问哪买的。
3 z 饼干碎了三分之一，味道没问题。
2 z 生产日期是两个月前的，说好现做的呢。
5 e The rice arrives in little vacuum bricks and perfumes the whole kitchen.
""",
    "fresh": """
5 z 箱子里冰还没化，个个有四两，脆甜。
5 z 草莓一层一层放着，没有一颗压坏，第一次网购敢给满分。
5 z 虾很新鲜，白灼只要盐，孩子吃了一盘。
4 z 坏了两个，拍照秒赔，不用寄回。
4 z 甜度够，个头没有图上那么大。
3 z 到手软了几个，当天就得吃完。
2 z 说是现摘，看着像放了几天，退了一半的钱。
1 z 走了四天才到，蔫了，虽然退款了还是扫兴。
5 e Cold, crisp and unbruised. They refunded two soft pears within the hour.
""",
    "beauty": """
5 z 一抹就显色，喝完咖啡杯子上没印子。
5 z 敏感肌用了两周没泛红，冬天够润。
5 z 包装很小心，还送了三个小样，试过再买正装。
4 z 颜色比屏幕略深，黄皮也能用，显白。
4 z 膏体顺，持妆到下午三点，之后要补一次。
3 z 泡沫不多，习惯了就好，洗完不绷。
2 z 泵头压第一下就喷歪了，其他还行。
1 z 用完下巴起了两颗痘，可能不适合我。
5 e Published percentages, no perfume, and it just works. Repurchased twice.
""",
    "import_food": """
5 z 保税仓发的，六天到手，罐底批号能查到。
5 z 蜂蜜细得像奶油，孩子抹面包停不下来。
4 z 味道正，就是清关那天多等了一天。
4 z 价格比代购合适，盒子压出一个角。
3 z 橄榄油辣喉，我不太习惯，家里人说这才是好油。
5 e Exactly what I used to buy back home. The honey is properly set.
""",
    "import_beauty": """
5 z 第三次回购，冬天北方全靠这一罐。
5 z 木瓜膏真的万用，嘴裂、蚊子包都对付了。
4 z 防伪码查得到，瓶身没有中文，附了电子标签。
4 z 味道淡淡的，吸收快，就是瓶口容易沾油。
3 z 物流七天，香味和店里闻的略有不同。
5 e Same formula I know from home, with papers to prove it.
""",
    "toys": """
5 z 磁铁包在木头里看不见，当妈的放心。
5 z 拼了一个下午，图纸很清楚，六岁自己搞定。
5 z 布料很软，陪睡第一晚就成了新宠。
4 z 少了一块拼片，客服第二天就寄了。
4 z 小车跑得远，就是声音响，地毯上玩刚好。
3 z 颜色比图淡一点，孩子倒无所谓。
2 z 遥控第三天有点失灵，换电池好了。
5 e Smooth corners, no smell of paint, and the magnets stay where they belong.
""",
    "sports": """
5 z 帐篷真能一个人三分钟收完，露营刮七级风也没倒。
5 z 拍子很轻，穿线张力刚好，打完肩不酸。
5 z 自行车九成装好，上好脚踏就能骑，刹车灵。
4 z 球的手感好，新球第一天有点味道，晾两天就没了。
4 z 鱼竿调性合适，轮子一般，升级了一下。
3 z 尺码表偏小，建议看脚长再拍。
2 z 气门慢漏，补胎液救回来了。
5 e Pitched in under a minute in the wind. The bag even fits it back.
""",
    "garden": """
5 z 花很鲜，泡在水里一个晚上就全开了。
5 z 盆栽土还是湿的，叶子没有掉，养护卡写得明白。
4 z 种球个大，就是生根花了两周。
4 z 仙人柱比我手掌高，刺保护得很好没扎到人。
3 z 收到有两片黄叶，剪掉后长得不错。
2 z 花泥干了半截，回水救过来的。
""",
    "pets": """
5 z 挑食的猫也低头吃了，便便成型。
5 z 狗背上不勒脖子，晚上反光条看得见。
4 z 粮颗粒偏大，小猫要掰一下。
4 z 猫窝编得结实，被抓了一周没散。
3 z 气味有点大，密封好就行。
2 z 骨头太硬，我家老狗咬不动。
""",
    "stationery": """
5 z 纸张真的不洇，钢笔写满一页背面是干净的。
5 z 第一笔就出墨，尖细不刮纸，做笔记神器。
4 z 本子很好，烫的名字比备注小一号。
4 z 彩铅叠色顺，铁盒有点难开。
3 z 台历画风可爱，格子小了写不下字。
2 z 有两支笔不出墨，剩下的还行。
""",
    "music": """
5 z 老师亲自校过音才发的，拿到就能弹。
5 z 小提琴音色柔，弓毛平顺，初学足够。
5 z 电钢琴键有分量，戴耳机练到十二点不吵人。
4 z 吉他弦高了一点，按说明调低两圈就好。
4 z 鼓很结实，两个人装了一小时。
3 z 等了八天才发货，老板说在调音，能理解吧。
2 z 萨克斯少一片簧片，补寄花了五天。
5 e Tuned when it came out of the box. My daughter has not put it down.
""",
    "any": """
5 z 包装用心，和描述一致，会推荐给同事。
5 z 第二次买了，一如既往，没有翻车。
4 z 整体满意，物流比预计慢一天。
4 z 东西对得起价格，说明书可以再详细点。
3 z 中规中矩，不惊喜也不失望。
2 z 外盒破了，里面没事，打两星给快递。
5 e Arrived a day early and exactly as described.
4 e Good value, though the manual could say more in English.
""",
}

_ANSWERS = (
    (
        (5,),
        "z",
        (
            "谢谢您的喜欢！下次路过再来坐坐。",
            "收到您的好评，师傅说今天可以早下班了。",
            "您喜欢就好，用旧了也欢迎返图。",
            "谢谢回购，老客下单备注一声，我们多放一份小样。",
        ),
    ),
    (
        (4, 5),
        "z",
        (
            "谢谢您的认可，您提的这点我们已经转给出品的同事。",
            "感谢支持，细节我们会继续改，下一批就能看到。",
        ),
    ),
    (
        (3,),
        "z",
        (
            "谢谢您的坦白。您方便的话告诉我们是哪一处，我们想把它改好。",
            "抱歉没能让您更满意，已为您登记，售后同事今天会联系您。",
        ),
    ),
    (
        (1, 2),
        "z",
        (
            "实在抱歉给您添了麻烦。请私信订单号，我们补发或退款，由您选。",
            "这次是我们没做好。运费由我们承担，货不用您寄回。",
            "看到您的评价很惭愧，已为您登记换新，出库前我们会再检查一遍。",
        ),
    ),
    (
        (4, 5),
        "e",
        (
            "Thank you! Write to us any time if something is not right.",
            "So glad it fits your days. See you again.",
        ),
    ),
    (
        (1, 2, 3),
        "e",
        (
            "We are sorry. Please send us the order number and we will replace it or refund you, as you prefer.",
            "That is not good enough of us. A colleague will write to you today.",
        ),
    ),
)

_LANGUAGES = {"z": "zh-hans", "e": "en"}


def all_reviews() -> list[Review]:
    found = []
    for family, block in _REVIEWS.items():
        for line in block.strip().splitlines():
            stars, language, text = line.split(" ", 2)
            found.append(Review(family=family, stars=int(stars), language=_LANGUAGES[language], text=text))
    return found


def all_answers() -> list[ShopAnswer]:
    return [
        ShopAnswer(for_stars=stars, language=_LANGUAGES[language], text=text)
        for stars, language, texts in _ANSWERS
        for text in texts
    ]
