"""The parts of a form: each field with its label, its hint, and what is wrong with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import htpy as h

from shared.scoring.framework import Name
from web.forms import token_field
from web.reader import Reader
from web.told import Fault, Filled

SAVED = Name("已保存", "Saved")
REFUSED = Name("未保存", "Not saved")


@dataclass(frozen=True, slots=True)
class Label:
    """How a field is called, and what is said of what goes into it."""

    name: str
    label: str
    hint: str | None = None


def line(form: Filled, field: Label, **attributes: str | bool | None) -> h.Element:
    """Return a field for one line of text."""
    return _field(
        form,
        field,
        h.input(
            id=field.name,
            name=field.name,
            value=form.typed.get(field.name),
            autocomplete="off",
            **_described(form, field),
            **attributes,
        ),
    )


def choice(form: Filled, field: Label, options: Iterable[tuple[str, str]]) -> h.Element:
    """Return a field that takes one of *options*, each a value and its name; at first none."""
    chosen = form.typed.get(field.name)
    return _field(
        form,
        field,
        h.select(id=field.name, name=field.name, **_described(form, field))[
            h.option(value="")["–"],
            (h.option(value=value, selected=value == chosen)[name] for value, name in options),
        ],
    )


def boxes(
    form: Filled, field: Label, options: Sequence[tuple[str, str]], kind: str = "checkbox"
) -> h.Element:
    """Return a group of boxes, each a name of its own and what it says; of radio buttons, one."""
    faults = form.faults(field.name)
    return h.fieldset(
        id=field.name,
        class_=["field", {"wrong": bool(faults)}],
        aria_describedby=_ids(form, field),
    )[
        h.legend[field.label],
        field.hint is not None and h.p(".hint", id=f"{field.name}-hint")[field.hint],
        h.div(".boxes")[
            (
                h.label[
                    h.input(
                        type=kind,
                        name=name if kind == "checkbox" else field.name,
                        value="on" if kind == "checkbox" else name,
                        checked=_checked(form, field, name, kind),
                        autofocus=at == 0 and form.begins(field.name),
                    ),
                    h.span[said],
                ]
                for at, (name, said) in enumerate(options)
            )
        ],
        _faults(field, faults),
    ]


def _checked(form: Filled, field: Label, name: str, kind: str) -> bool:
    return name in form.typed if kind == "checkbox" else form.typed.get(field.name) == name


def form(
    reader: Reader, action: str, *parts: h.Node, said: str, what: str | None = None
) -> h.Element:
    """Return a form that sends its *parts* to *action*, with a button that is *said*.

    *what* the button is about is told to who does not see beside what it stands; in a list of many
    such buttons, none stands out. What is wrong is told by us, in our words, not by the browser.
    """
    return h.form(".plain", method="post", action=action, novalidate=True)[
        token_field(reader),
        parts,
        h.button(class_="plain" if what else None)[said, what and h.span(".unseen")[f" {what}"]],
    ]


def refusal(reader: Reader, form: Filled) -> h.Node:
    """Return why the form was refused, if it was; it has the focus where no field is at fault."""
    said = form.told
    if said is None:
        return None
    alone = not said.by_field
    return h.div(".alert", role="alert", tabindex="-1" if alone else None, autofocus=alone)[
        h.p[h.strong[f"{reader.say(REFUSED)}: {said.title}"]],
        alone and h.p[said.detail],
        len(said.others) > 0 and h.ul[(h.li[_said(each)] for each in said.others)],
    ]


def _field(form: Filled, field: Label, control: h.Node) -> h.Element:
    faults = form.faults(field.name)
    return h.div(class_=["field", {"wrong": bool(faults)}])[
        h.label(for_=field.name)[field.label],
        field.hint is not None and h.p(".hint", id=f"{field.name}-hint")[field.hint],
        control,
        _faults(field, faults),
    ]


def _faults(field: Label, faults: Sequence[Fault]) -> h.Node:
    if not faults:
        return None
    return h.p(".fault", id=f"{field.name}-fault")[(h.span[_said(each)] for each in faults)]


def _said(fault: Fault) -> h.Renderable:
    return h.fragment[fault.words, " ", h.code[fault.code]]


def _described(form: Filled, field: Label) -> dict[str, str | bool | None]:
    return {
        "aria-invalid": "true" if form.faults(field.name) else None,
        "aria-describedby": _ids(form, field),
        "autofocus": form.begins(field.name),
    }


def _ids(form: Filled, field: Label) -> str | None:
    found = []
    if field.hint is not None:
        found.append(f"{field.name}-hint")
    if form.faults(field.name):
        found.append(f"{field.name}-fault")
    return " ".join(found) or None
