"""How indicators behave in each cohort: which tell nobody apart, which say what another says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import htpy as h

from shared.core.errors import Finding
from shared.diagnostics.model import Behaviour, CohortBehaviour, Leverage
from shared.diagnostics.service import Diagnosis
from shared.scoring.framework import Framework, Name
from shared.scoring.points import in_points
from web.charts.balance import balance
from web.charts.meter import meter
from web.parts.cohorts import KINDS
from web.reader import Reader

TITLE = Name("指标表现", "How indicators behave")
LOOK = Name("值得留意", "What deserves a look")
NOTHING = Name("没有需要留意之处。", "Nothing does.")
NONE = Name(
    "尚未计算，暂无指标可供诊断。", "Nothing has been computed yet that could be diagnosed."
)
INDICATOR, REPORTED = Name("指标", "Indicator"), Name("有数值", "With a value")
CORRELATION = Name("与总分的秩相关", "Rank correlation with the total")
FLAT, SAID = Name("全部相同", "all alike"), Name("区分度", "Tells apart")
BEST = Name("最优值的影响", "What the best value does")
LEVERAGE = Name("{who}：他者平均 {mean} 分", "{who}: {mean} points on others' average")
TELLS, LITTLE = Name("有", "yes"), Name("数值不足两个", "fewer than two values")
REDUNDANT = Name("高度重合的指标", "Indicators that say the same")
ALIKE = Name("同向", "alike")
OPPOSITE = Name("反向", "the opposite way")
PAIR = Name(
    "{a} 与 {b}：对 {n} 个单位的排序{order}，秩相关 {r}",
    "{a} and {b} order {n} applicants {order}: rank correlation {r}",
)
NO_PAIR = Name("没有高度重合的指标。", "No two indicators order the applicants alike.")
MORE = Name("另有 {n} 对。", "And {n} other pairs.")
FLAT_FOUND = Name(
    "{kind}：{indicator} 的 {n} 个数值全部相同，不起区分作用。",
    "{kind}: {indicator} has one and the same value for all {n} that have one; it ranks nobody.",
)
FOUND = {
    "cohort-empty": Name("尚无参评的申报单位。", "Nobody takes part in the round yet."),
    "cohort-of-one": Name(
        "某类申报单位只有一家参评，而部分指标需与同类比较。",
        "Of one kind only one applicant takes part, and indicators would compare it with others.",
    ),
    "no-reporter": Name(
        "{measure}：没有有效密钥可为全部申报单位填报。",
        "{measure}: no valid key may report it for all applicants.",
    ),
}
PAIRS = 50
"""So many pairs of a cohort are listed."""


@dataclass(frozen=True, slots=True)
class Found:
    """A diagnosis, what deserves a look in the round as it is, and how applicants are called."""

    framework: Framework
    diagnosis: Diagnosis
    warnings: Sequence[Finding]
    names: Mapping[str, Name]


def summary(reader: Reader, found: Found) -> h.Renderable:
    """Return the part of the page that says what deserves a look."""
    say = reader.say
    looks = list(_looks(reader, found))
    return h.fragment[
        h.h2[say(LOOK)],
        h.ul(".looks")[(h.li[each] for each in looks)] if looks else h.p(".notice")[say(NOTHING)],
    ]


def section(reader: Reader, found: Found) -> h.Renderable:
    """Return the part of the page that shows every indicator in each cohort."""
    cohorts = found.diagnosis.cohorts
    return h.fragment[
        (_cohort(reader, found, kind, each) for kind, each in cohorts.items()),
        not cohorts and h.p(".notice")[reader.say(NONE)],
    ]


def _looks(reader: Reader, found: Found) -> Iterator[str]:
    """Say what was found, in the reader's language; what the tables below list, they list."""
    for each in found.warnings:
        if each.code in FOUND:
            measure = found.framework.measures.get(each.pointer.rpartition("/")[2])
            name = "" if measure is None else reader.say(measure.name)
            yield reader.say(FOUND[each.code]).format(measure=name)
    for kind, cohort in found.diagnosis.cohorts.items():
        for indicator, behaviour in zip(found.framework.indicators, cohort.indicators, strict=True):
            if behaviour.flat:
                yield reader.say(FLAT_FOUND).format(
                    kind=reader.say(KINDS[kind]),
                    indicator=f"{indicator.code} {reader.say(indicator.name)}",
                    n=behaviour.reported,
                )


def _cohort(reader: Reader, found: Found, kind: str, cohort: CohortBehaviour) -> h.Renderable:
    say = reader.say
    name = f"{say(TITLE)} · {say(KINDS[kind])}"
    heads = (
        (INDICATOR, ""),
        (REPORTED, "counted"),
        (SAID, ""),
        (CORRELATION, "relative"),
        (BEST, ""),
    )
    rows = zip(found.framework.indicators, cohort.indicators, strict=True)
    return h.fragment[
        h.h2[name],
        h.div(".region", tabindex="0", role="region", aria_label=name)[
            h.table(".list.behaviour")[
                h.thead[
                    h.tr[
                        (
                            h.th(scope="col", class_=kind_ or None)[say(head)]
                            for head, kind_ in heads
                        )
                    ]
                ],
                h.tbody[
                    (
                        h.tr[
                            h.th(scope="row")[
                                h.span(".quiet")[f"{indicator.code} "], say(indicator.name)
                            ],
                            _cells(reader, found, cohort.size, behaviour),
                        ]
                        for indicator, behaviour in rows
                    )
                ],
            ]
        ],
        h.h3[f"{say(REDUNDANT)} · {say(KINDS[kind])}"],
        _pairs(reader, found.framework, cohort),
    ]


def _cells(reader: Reader, found: Found, size: int, behaviour: Behaviour) -> Iterator[h.Element]:
    yield h.td(".counted")[meter(behaviour.reported, size)]
    if behaviour.flat:
        yield h.td[h.span(".warn")[f"! {reader.say(FLAT)}"]]
    else:
        yield h.td(".quiet")[reader.say(TELLS if behaviour.reported > 1 else LITTLE)]
    yield h.td(".relative")[
        "–"
        if behaviour.correlation is None
        else h.fragment[
            balance(behaviour.correlation), h.span(".of")[_correlation(behaviour.correlation)]
        ]
    ]
    yield h.td(".quiet")[
        "–" if behaviour.best is None else _leverage(reader, found, behaviour.best)
    ]


def _correlation(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _leverage(reader: Reader, found: Found, leverage: Leverage) -> str:
    code = found.diagnosis.applicants[leverage.applicant]
    name = found.names.get(code)
    return reader.say(LEVERAGE).format(
        who=reader.say(name) if name else code,
        mean=reader.number(in_points(found.framework, leverage.mean), 2),
    )


def _pairs(reader: Reader, framework: Framework, cohort: CohortBehaviour) -> h.Renderable:
    if not cohort.redundant:
        return h.p(".notice")[reader.say(NO_PAIR)]

    def name(at: int) -> str:
        each = framework.indicators[at]
        return f"{each.code} {reader.say(each.name)}"

    beyond = len(cohort.redundant) - PAIRS
    return h.fragment[
        h.ul(".looks")[
            (
                h.li[
                    reader.say(PAIR).format(
                        a=name(pair.first),
                        b=name(pair.second),
                        n=pair.applicants,
                        order=reader.say(ALIKE if pair.correlation > 0 else OPPOSITE),
                        r=_correlation(pair.correlation),
                    )
                ]
                for pair in cohort.redundant[:PAIRS]
            )
        ],
        beyond > 0 and h.p(".quiet")[reader.say(MORE).format(n=beyond)],
    ]
