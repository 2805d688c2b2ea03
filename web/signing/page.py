"""The pages on which one signs in and out."""

from dataclasses import dataclass

import htpy as h

from api.http.problems import describe
from shared.core.errors import DomainError
from shared.core.principal import Principal
from shared.scoring.framework import Name
from web.forms import token_field
from web.layout import Frame
from web.reader import Reader

SIGN_IN, KEY = Name("登录", "Sign in"), Name("密钥", "Key")
HINT = Name(
    "粘贴管理员发给您的密钥，以 pz_ 开头。本页不会保存它。",
    "Paste the key that an administrator gave you; it begins with pz_. It is not kept.",
)
SIGN_OUT = Name("退出登录", "Sign out")
WHO = Name("您以“{name}”（{role}）的身份登录。", "You are signed in as {name} ({role}).")
ON = Name("继续", "Go on")
ROLES = {
    "admin": Name("管理员", "administrator"),
    "portal": Name("门户", "portal"),
    "source": Name("数据来源", "statistics source"),
    "expert": Name("专家", "expert"),
    "auditor": Name("审计员", "auditor"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why nobody was signed in: as which *kind* of problem, and in words of a form."""

    kind: type[DomainError]
    words: Name

    @property
    def code(self) -> str:
        """Return what the interface calls it."""
        kind: str = describe(self.kind)["type"]
        return kind.rpartition("/")[2]


def sign_in_frame(reader: Reader, there: str) -> Frame:
    """Return what stands around the form that leads *there*."""
    return Frame(reader.say(SIGN_IN), query={"next": there}, path=("sign-in",))


def sign_in(reader: Reader, there: str, fault: Fault | None = None) -> h.Renderable:
    """Return the form, with what was wrong with the key beside it. The key is not shown again."""
    say = reader.say
    described = "key-hint key-fault" if fault else "key-hint"
    return h.form(".plain", method="post", action=reader.link("sign-in"))[
        h.h1[say(SIGN_IN)],
        h.input(type="hidden", name="next", value=there),
        h.div(class_=["field", {"wrong": fault is not None}])[
            h.label(for_="key")[say(KEY)],
            h.p("#key-hint.hint")[say(HINT)],
            h.input(
                "#key",
                name="key",
                type="password",
                autocomplete="current-password",
                required=True,
                maxlength="200",
                autofocus=True,
                aria_describedby=described,
                aria_invalid="true" if fault else None,
            ),
            fault is not None
            and h.p("#key-fault.fault")[say(fault.words), " ", h.code[fault.code]],
        ],
        h.button[say(SIGN_IN)],
    ]


def sign_out(reader: Reader, who: Principal) -> h.Renderable:
    """Return the form that ends the session."""
    say = reader.say
    return h.form(".plain", method="post", action=reader.link("sign-out"))[
        h.h1[say(SIGN_OUT)],
        h.p[say(WHO).format(name=who.name, role=say(ROLES[who.role]))],
        token_field(reader),
        h.button[say(SIGN_OUT)],
    ]


def onward(reader: Reader, there: str) -> h.Renderable:
    """Return what leads on *there* from a page of ours."""
    return h.p[h.a(href=there)[reader.say(ON)]]
