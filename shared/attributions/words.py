"""What moved a total, in a sentence of each language; every word stands here once."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from shared.attributions.attribution import Part
from shared.attributions.stages import Cause
from shared.scoring.framework import Name

Language = Literal["zh", "en"]

FEW = 5
"""Submissions that a sentence names; the list has more of them."""

CAUSES = {
    Cause.ENTRIES: Name("参评主体有进出", "who takes part"),
    Cause.WITHDRAWALS: Name("撤回填报", "what was taken back"),
    Cause.REPORTS: Name("填报数据", "what was reported"),
    Cause.MARKS: Name("专家评分", "experts' marks"),
    Cause.ADJUDICATIONS: Name("裁定", "adjudications"),
    Cause.OTHERS: Name("同类其他主体的数据", "others of the cohort"),
    Cause.RULES: Name("计分程序变更", "another version of the scoring code"),
}

PHRASES = {
    "change": Name("总分 {before} → {after}（{change}）", "total {before} → {after} ({change})"),
    "came": Name("参加排名，总分 {after}", "takes part, total {after}"),
    "left": Name("不再参加，此前总分 {before}", "takes part no more, total before {before}"),
    "rank": Name("名次 {before} → {after}", "rank {before} → {after}"),
    "none": Name("无", "none"),
    "because": Name("{said}：{parts}", "{said}: {parts}"),
    "and": Name("，", ", "),
    "part": Name("{cause} {points}", "{cause} {points}"),
    "behind": Name("{part}（{ids}）", "{part} ({ids})"),
    "more": Name("{ids} 等 {count} 条", "{ids} and others, {count} in all"),
    "sentence": Name("{applicant}：{facts}。", "{applicant}: {facts}."),
    "facts": Name("；", "; "),
}


def told(
    applicant: str,
    rank: tuple[int, int],
    total: tuple[int | None, int | None],
    parts: Sequence[Part],
    precision: int,
) -> Name:
    """Tell the move of an applicant; totals are in units, ranks 0 for none, before and after."""
    return Name(
        *(
            _Teller(language, precision).told(applicant, rank, total, parts)
            for language in ("zh", "en")
        )
    )


class _Teller:
    def __init__(self, language: Language, precision: int) -> None:
        self._language, self._precision = language, precision

    def told(
        self,
        applicant: str,
        rank: tuple[int, int],
        total: tuple[int | None, int | None],
        parts: Sequence[Part],
    ) -> str:
        facts = [self._total(*total, parts)]
        if rank[0] != rank[1]:
            before, after = (str(each) if each else self._say("none") for each in rank)
            facts.append(self._say("rank", before=before, after=after))
        return self._say("sentence", applicant=applicant, facts=self._say("facts").join(facts))

    def _total(self, before: int | None, after: int | None, parts: Sequence[Part]) -> str:
        if before is None:
            return self._say("came", after=self._points(after or 0))
        if after is None:
            return self._say("left", before=self._points(before))
        said = self._say(
            "change",
            before=self._points(before),
            after=self._points(after),
            change=self._signed(after - before),
        )
        if not parts:
            return said
        listed = self._say("and").join(map(self._part, parts))
        return self._say("because", said=said, parts=listed)

    def _part(self, part: Part) -> str:
        cause = self._name(CAUSES[part.cause])
        said = self._say("part", cause=cause, points=self._signed(part.units))
        if not part.count:
            return said
        ids = self._say("and").join(f"#{each}" for each in part.submissions[:FEW])
        if part.count > FEW:
            ids = self._say("more", ids=ids, count=part.count)
        return self._say("behind", part=said, ids=ids)

    def _points(self, units: int) -> str:
        return f"{Decimal(units).scaleb(-self._precision):f}"

    def _signed(self, units: int) -> str:
        return ("+" if units > 0 else "−" if units < 0 else "") + self._points(abs(units))

    def _say(self, phrase: str, **values: object) -> str:
        return self._name(PHRASES[phrase]).format(**values)

    def _name(self, name: Name) -> str:
        return name.zh if self._language == "zh" else name.en
