"""Every page of the board: where it is, what it is called, who sees it, how it prints.

A new page is a line here, and is then looked at in both languages by everybody who sees it.
"""

from dataclasses import dataclass

from shared.core.principal import Role
from tests.web.filling import ROUND, SILENT

EVERYBODY = frozenset(Role)
REPORTED = EVERYBODY - {Role.EXPERT}
"""Who is told what came from whom."""

LANGUAGES = ("zh", "en")
OF_ROUND = f"/board/rounds/{ROUND}"
OF_APPLICANT = f"{OF_ROUND}/applicants/seen-c03"
WORK = f"{OF_ROUND}/work"
WORKING = frozenset({Role.ADMIN, Role.PORTAL, Role.EXPERT})
ADMIN, PORTAL, EXPERT = (frozenset({each}) for each in (Role.ADMIN, Role.PORTAL, Role.EXPERT))


@dataclass(frozen=True)
class Shown:
    """A page: its *path*, how its title begins, who is let in, how many A4 pages it prints.

    Without *roles* it is for who is not signed in; English prints
    *more_in_english* more, where long tables break otherwise.
    """

    path: str
    zh: str
    en: str
    roles: frozenset[Role] = EVERYBODY
    printed: int = 1
    more_in_english: int = 0

    def title(self, language: str) -> str:
        """Return how the title begins in this language."""
        return self.zh if language == "zh" else self.en

    def sheets(self, language: str) -> range:
        """Return how many pages it prints in this language; one less of several in other fonts."""
        most = self.printed + (self.more_in_english if language == "en" else 0)
        return range(max(1, most - 1), most + 1)

    def address(self, language: str) -> str:
        """Return the page's address in this language."""
        return f"{self.path}{'&' if '?' in self.path else '?'}lang={language}"


PAGES = {
    "sign-in": Shown("/board/sign-in", "登录", "Sign in", frozenset()),
    "sign-out": Shown("/board/sign-out", "退出登录", "Sign out"),
    "rounds": Shown("/board", "评审轮次", "Rounds"),
    "ranking": Shown(OF_ROUND, "排名 · 县", "Ranking · Counties"),
    "ranking-parks": Shown(f"{OF_ROUND}?cohort=park", "排名 · 产业园区", "Ranking · Parks"),
    "ranking-aligned": Shown(f"{OF_ROUND}?view=aligned", "排名 · 县", "Ranking · Counties"),
    "ranking-nobody": Shown(f"{OF_ROUND}?q=nobody", "排名 · 县", "Ranking · Counties"),
    "wall": Shown(f"{OF_ROUND}/wall", "大屏 · 县", "Wall · Counties"),
    "work": Shown(f"{OF_ROUND}/work", "待办", "Work", WORKING),
    "work-marks": Shown(f"{WORK}/applicants/seen-c03", "东东", "Unbroken", WORKING, 2),
    "work-mark": Shown(f"{WORK}/values/seen-c02/dedicated_policy", "专项", "Dedicated", EXPERT),
    "work-count": Shown(f"{WORK}/values/seen-c30/base_stations_5g", "5G", "5G", PORTAL),
    "work-codes": Shown(f"{WORK}/values/seen-c04/scenarios", "典型", "Typical", PORTAL),
    "work-state": Shown(f"{WORK}/state", "批次状态", "The round's state", ADMIN),
    "work-entries": Shown(f"{WORK}/entries", "参评单位", "Who takes part", ADMIN, 2),
    "work-panel": Shown(
        f"{WORK}/panels/seen-c02/dedicated_policy", "裁定评分", "Settle a mark", ADMIN
    ),
    "ranking-earlier": Shown(f"{OF_ROUND}?run=2", "排名 · 县", "Ranking · Counties"),
    "scorecard": Shown(OF_APPLICANT, "东东", "Unbroken", printed=2),
    "scorecard-silent": Shown(
        f"{OF_ROUND}/applicants/{SILENT}", "示例30县", "Example county 30", printed=2
    ),
    "line": Shown(f"{OF_APPLICANT}/lines/INF-2", "5G网络覆盖率", "5G coverage"),
    "record": Shown(f"{OF_APPLICANT}/submissions/base_stations_5g", "5G基站数量", "5G base"),
    "movement": Shown(f"{OF_ROUND}/movement", "名次变化 · 县", "Movement · Counties"),
    "moved": Shown(f"{OF_ROUND}/movement/3", "第 3 次计算：谁动了", "Run 3: who moved", printed=2),
    "coverage": Shown(
        f"{OF_ROUND}/coverage",
        "数据覆盖 · 县",
        "Coverage · Counties",
        printed=3,
        more_in_english=-1,
    ),
    "sources": Shown(
        f"{OF_ROUND}/coverage/sources",
        "数据覆盖 · 按来源",
        "Coverage · by source",
        REPORTED,
        printed=3,
        more_in_english=1,
    ),
    "diagnostics": Shown(
        f"{OF_ROUND}/diagnostics",
        "差异与诊断",
        "Differences and diagnostics",
        REPORTED,
        printed=7,
        more_in_english=2,
    ),
}
