"""How divisions are called in English: by their sound, or as the world writes them, with the kind behind it."""

import re

from pypinyin import lazy_pinyin

from mall.divisions.spelling import OTHERWISE, PREFECTURES, PROVINCES, bare

KINDS = (
    ("新区", "New Area"),
    ("林区", "Forestry District"),
    ("特区", "Special District"),
    ("行政委员会", ""),
    ("矿区", "Mining District"),
    ("经济开发区", "Economic Zone"),
    ("街道", "Subdistrict"),
    ("区", "District"),
    ("县", "County"),
    ("旗", "Banner"),
    ("镇", "Town"),
    ("乡", "Township"),
    ("市", ""),
)
PEOPLES = re.compile(
    r"(?:各族|满族|回族|壮族|苗族|侗族|瑶族|土家族|彝族|藏族|羌族|白族|傣族|黎族|畲族|水族|土族|蒙古族?|哈尼族|拉祜族|佤族|纳西族|"
    r"傈僳族|景颇族|布依族|仡佬族|仫佬族|毛南族|布朗族|独龙族|怒族|普米族|朝鲜族|达斡尔族?|鄂温克族?|鄂伦春|撒拉族|东乡族|保安族|"
    r"裕固族|哈萨克族?|塔吉克|锡伯族?|柯尔克孜族?|俄罗斯族)+$"
)
OTHERS = OTHERWISE | {
    "呼伦贝尔": "Hulunbuir", "鄂尔多斯": "Ordos", "乌兰察布": "Ulanqab", "巴彦淖尔": "Bayannur",
    "锡林郭勒": "Xilingol", "阿拉善": "Alxa", "兴安": "Hinggan", "锡林浩特": "Xilinhot",
    "二连浩特": "Erenhot", "乌兰浩特": "Ulanhot", "日喀则": "Shigatse", "昌都": "Qamdo",
    "林芝": "Nyingchi", "那曲": "Nagqu", "阿里": "Ngari", "甘孜": "Garze", "阿坝": "Aba",
    "喀什": "Kashgar", "和田": "Hotan", "阿勒泰": "Altay", "吐鲁番": "Turpan", "克拉玛依": "Karamay",
    "巴音郭楞": "Bayingolin", "博尔塔拉": "Bortala", "克孜勒苏": "Kizilsu", "伊犁": "Ili",
    "台北": "Taipei", "新北": "New Taipei", "高雄": "Kaohsiung", "台中": "Taichung", "台南": "Tainan",
    "桃园": "Taoyuan", "新竹": "Hsinchu", "基隆": "Keelung", "嘉义": "Chiayi", "九龙": "Kowloon",
    "新界": "New Territories", "香港岛": "Hong Kong Island", "澳门半岛": "Macao Peninsula",
    "澳门外岛": "Macao Islands", "彰化": "Changhua", "屏东": "Pingtung", "花莲": "Hualien",
    "台东": "Taitung", "鄂温克": "Ewenki", "鄂伦春": "Oroqen", "齐齐哈尔": "Qiqihar", "阿克苏": "Aksu",
    "塔什库尔干": "Taxkorgan",
}  # fmt: skip
READ = {"都": "du", "长": "chang", "乐": "le", "什": "shi", "朝": "chao"}  # in names of places
SOUNDS = {  # names that are not read as dictionaries guess
    "洪洞": "hongtong", "单": "shan", "乐亭": "laoting", "乐陵": "laoling", "乐清": "yueqing", "浚": "xun",
    "繁峙": "fanshi", "涡阳": "guoyang", "覃塘": "qintang", "闵行": "minhang", "曾都": "zengdu", "珲春": "hunchun",
    "荥经": "yingjing", "大城": "daicheng", "莘": "shen", "蔚": "yu", "六合": "luhe", "泊头": "botou",
    "长子": "zhangzi",
}  # fmt: skip


def english_name(name: str) -> str:
    """What readers of English call a division of this full name: Xihu District, Yanbian, Shaanxi, Xi'an."""
    short = bare(name)
    if short in OTHERS or short in PROVINCES:
        return OTHERS.get(short) or spelled(short)
    for ending in ("自治县", "自治旗"):
        if name.endswith(ending):
            whole = name.removesuffix(ending)
            stem = PEOPLES.sub("", whole) or whole.removesuffix("族")
            return f"{OTHERS.get(stem) or spelled(stem)} {'County' if ending == '自治县' else 'Banner'}"
    stem = PREFECTURES.sub("", name)
    if stem and stem != name:
        return OTHERS.get(stem) or spelled(stem)
    for ending, kind in KINDS:
        stem = name.removesuffix(ending)
        if stem and stem != name:
            stem = PEOPLES.sub("", stem) or stem
            return f"{OTHERS.get(stem) or spelled(stem)} {kind}".strip()
    return spelled(short)


def spelled(stem: str) -> str:
    """As it sounds; an apostrophe where a syllable that begins with a vowel follows another one."""
    if stem in SOUNDS:
        return SOUNDS[stem].capitalize()
    syllables = [READ.get(sign, sound) for sign, sound in zip(stem, lazy_pinyin(stem), strict=True)]
    joined = syllables[0] + "".join(f"'{one}" if one[0] in "aoe" else one for one in syllables[1:])
    return joined.replace("lv", "lü").replace("nv", "nü").capitalize()
