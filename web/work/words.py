"""Words that several of the pages of work have in common."""

from shared.scoring.framework import Name

TITLE = Name("待办", "Work")
APPLICANT, CODE = Name("申报主体", "Applicant"), Name("代码", "Code")
SEARCH, FIND = Name("按名称或代码查找", "Search by name or code"), Name("查找", "Find")
PREVIOUS, NEXT = Name("上一页", "Previous"), Name("下一页", "Next")
COVERAGE = Name("覆盖率", "Coverage")
NOBODY = Name("没有符合条件的申报单位。", "Nobody is found.")
BACK = Name("返回待办", "Back to the work")
CLOSED = Name(
    "该批次现在不接收填报；以下内容仅供查看。",
    "The round does not accept submissions now: what follows is for reading.",
)
