"""The kinds of reporters, as pages name them."""

from shared.scoring.framework import Name

KINDS = {
    "source": Name("统计来源", "source"),
    "applicant": Name("申报单位", "applicant"),
    "expert": Name("专家", "expert"),
    "adjudicator": Name("裁定", "adjudicator"),
}
