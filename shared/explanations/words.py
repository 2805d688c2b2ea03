"""What an explanation says, in both languages; every sentence stands here once."""

from typing import Literal

from shared.explanations.verdicts import Verdict
from shared.scoring.flags import Flag
from shared.scoring.framework import Name

Language = Literal["zh", "en"]

VERDICTS = {
    Verdict.COUNTS: Name("计入", "counts"),
    Verdict.AFTER_REFERENCE_DATE: Name(
        "数据日期晚于基准日，不计入", "passed over: of a date after the reference date"
    ),
    Verdict.SUPERSEDED: Name(
        "已被同一日期的后续修订 #{by} 取代", "passed over: superseded by the later revision #{by}"
    ),
    Verdict.WITHDRAWN: Name("撤回该日期的填报", "takes back what was reported of this date"),
    Verdict.OLDER: Name("日期较早，以 #{by} 为准", "passed over: #{by} is of a later date"),
    Verdict.RECORDED_EARLIER: Name(
        "登记较早，以后登记的 #{by} 为准", "passed over: #{by} was recorded later"
    ),
    Verdict.NOT_ADMITTED: Name(
        "该数据项不接受此类填报方", "passed over: the measure does not admit this kind of reporter"
    ),
    Verdict.OUTRANKED: Name(
        "填报方次序在后，以 #{by} 为准",
        "passed over: outranked by #{by}, whose kind of reporter comes first",
    ),
    Verdict.REPLACED: Name(
        "已由裁定 #{by} 取代", "passed over: replaced by the adjudication #{by}"
    ),
    Verdict.TOO_FEW: Name(
        "专家评分份数不足，不计入", "passed over: fewer marks than the panel asks for"
    ),
    Verdict.TRIMMED: Name(
        "作为最高或最低分去掉", "passed over: trimmed among the highest or lowest marks"
    ),
    Verdict.NOT_MIDDLE: Name("不是中位数", "passed over: not in the middle, where the median is"),
}

FLAGS = {
    Flag.MISSING: Name("没有数值。", "There is no value."),
    Flag.DISCREPANCY: Name(
        "另一填报方的数值相差超过允许范围。", "Another reporter differs beyond the tolerance."
    ),
    Flag.FEW_MARKS: Name("专家评分份数不足。", "There are fewer marks than the panel asks for."),
    Flag.SPREAD: Name("专家评分分歧超过允许范围。", "The marks lie further apart than tolerated."),
    Flag.PARTIAL: Name("合计中有部分数据项未填报。", "Part of the sum was not reported."),
    Flag.ZERO_DENOMINATOR: Name("分母为零。", "The denominator is 0."),
    Flag.CAPPED: Name("超过上限的部分不计。", "The value was cut to the cap."),
    Flag.ADJUDICATED: Name("以裁定代替专家评分。", "An adjudication replaces the panel's marks."),
    Flag.REVISED_AFTER_SIGHT: Name(
        "有专家在可以看到他人评分后改动了评分。",
        "An expert changed its mark when others' could be read.",
    ),
    Flag.FLAT: Name("所有申报主体数值相同。", "All values of the cohort are equal."),
    Flag.NO_SCALE: Name(
        "最优值不为正，无法计算份额。", "Without a positive best there is no scale."
    ),
    Flag.REWEIGHTED: Name(
        "承担了跳过指标的分值。", "The line carries the weight of skipped lines."
    ),
    Flag.EMPTY_DIMENSION: Name(
        "本维度没有可承担分值的指标。", "Nothing of the dimension is left to carry its weight."
    ),
    Flag.BLOCKS: Name(
        "缺失导致不参加排名。", "Missing, which bars the applicant from the ranking."
    ),
}

KINDS = {
    "source": Name("统计系统", "statistics system"),
    "applicant": Name("申报主体", "applicant"),
    "expert": Name("专家", "expert"),
    "adjudicator": Name("裁定", "adjudicator"),
    "county": Name("县（市、区）", "county"),
    "park": Name("园区", "park"),
}

COMBINE = {
    "mean": Name("平均", "mean"),
    "median": Name("中位数", "median"),
    "trimmed_mean": Name("去极值平均", "trimmed mean"),
}

METHODS = {
    "target": Name(
        "在下限 {floor} 与目标 {target} 之间的位置",
        "place between floor {floor} and target {target}",
    ),
    "steps": Name("所在分段的份额", "share of the band that the value lies in"),
    "grades": Name("该等级的份额", "share of the grade"),
    "best": Name("与同类最优值 {best} 之比", "ratio to the cohort's best, {best}"),
    "min_max": Name(
        "在同类最差值 {worst} 与最优值 {best} 之间的位置",
        "place between the cohort's worst, {worst}, and best, {best}",
    ),
    "percent_rank": Name(
        "同类排位：低于它的 {below} 个，含自身与它相等的 {tied} 个",
        "rank in the cohort: {below} below, {tied} equal, itself included",
    ),
    "z_score": Name(
        "与同类均值 {mean} 的距离，标准差 {deviation}",
        "distance from the cohort's mean {mean} in deviations of {deviation}",
    ),
}

PHRASES = {
    "as of run": Name("第 {run} 次计算，{as_of}", "run {run}, {as_of}"),
    "round": Name("批次 {round}", "round {round}"),
    "reference date": Name("基准日 {date}", "reference date {date}"),
    "total": Name("总分 {total} / {full}", "total {total} of {full} points"),
    "rank": Name("第 {rank} 名，共 {size} 个", "rank {rank} of {size}"),
    "tied": Name("并列 {tied} 个", "{tied} tied"),
    "withheld": Name("不显示", "withheld"),
    "place withheld": Name(
        "名次在您完成全部评分或批次关闭后显示",
        "the place is shown once all of your marks stand or the round is closed",
    ),
    "line withheld": Name(
        "份额与得分随其他申报主体的评分变动，现不显示",
        "share and points move with marks of other applicants and are not shown yet",
    ),
    "unranked": Name("不参加排名", "not ranked"),
    "coverage": Name("数据覆盖 {coverage}", "coverage {coverage}"),
    "above": Name(
        "距第 {rank} 名 {applicants}（{total}）差 {distance} 分",
        "{distance} points behind rank {rank}: {applicants} with {total}",
    ),
    "below": Name(
        "领先第 {rank} 名 {applicants}（{total}）{distance} 分",
        "{distance} points ahead of rank {rank}: {applicants} with {total}",
    ),
    "and others": Name("{codes} 等 {tied} 个", "{codes} and others, {tied} in all"),
    "ahead": Name(
        "{applicant} 领先于 {indicator} {name}：{theirs} 分，本主体 {points} 分",
        "{applicant} earns {theirs} against {points} in {indicator} {name}",
    ),
    "of": Name("{points} / {full}", "{points} of {full}"),
    "resolved": Name("{name} {code} = {value}", "{name} {code} = {value}"),
    "nothing": Name("无数值", "no value"),
    "no submission": Name("{name} {code}：没有填报", "{name} {code}: nothing was submitted"),
    "see above": Name("见上文", "see above"),
    "authority": Name("按填报方次序：{kinds}", "by authority: {kinds}"),
    "panel of one": Name(
        "专家评审：{combine}，至少 {least} 份", "panel: {combine}, {least} mark at least"
    ),
    "panel": Name(
        "专家评审：{combine}，至少 {least} 份", "panel: {combine}, {least} marks at least"
    ),
    "trim": Name(
        "满 {from} 份时去掉最高、最低各 {trim} 份",
        "of {from} marks on, {trim} highest and {trim} lowest are dropped",
    ),
    "withdrawn": Name("撤回", "withdrawn"),
    "none of the codes": Name("无", "none"),
    "yes": Name("是", "yes"),
    "no": Name("否", "no"),
    "statement": Name(
        "#{id} {kind} {reporter}，{date}：{value}", "#{id} {kind} {reporter}, {date}: {value}"
    ),
    "recorded": Name("记录于 {time}", "recorded {time}"),
    "reference": Name("依据：{text}", "reference: {text}"),
    "comment": Name("说明：{text}", "comment: {text}"),
    "raw": Name("原始值 {value} = {formula}", "raw value {value} = {formula}"),
    "raw missing": Name("原始值缺失：{formula}", "raw value missing: {formula}"),
    "skipped": Name(
        "本行跳过，其 {own} 分归本维度的其他指标",
        "skipped, its {own} points go to the dimension's other lines",
    ),
    "skipped with all": Name("本行跳过", "skipped"),
    "distinct": Name("{name}的种类数", "how many of {name}"),
    "cap": Name("上限 {cap}", "at most {cap}"),
    "share": Name("份额 {share}", "share {share}"),
    "lower": Name("越低越好", "lower is better"),
    "cohort of one": Name("同类 {n} 个有数值", "{n} of the cohort has a value"),
    "cohort": Name("同类 {n} 个有数值", "{n} of the cohort have a value"),
    "points": Name(
        "得分 {share} × {full} = {unrounded}，四舍五入为 {points}",
        "points {share} × {full} = {unrounded}, rounded half up to {points}",
    ),
    "in force": Name(
        "现行满分 {full} = {own} × {dimension} / {counted}"
        "（本维度现行满分 / 未跳过指标的满分之和）",
        "maximum in force {full} = {own} × {dimension} / {counted}"
        " (the dimension's points in force / those of its lines that are not skipped)",
    ),
    "passed on": Name(
        "本维度没有可计分的指标，其 {own} 分归其他维度",
        "empty: every line is skipped, its {own} points go to the other dimensions",
    ),
    "taken over": Name(
        "本维度现行满分 {full} = {own} × {total} / {counted}（总分 / 非空维度的满分之和）",
        "points in force {full} = {own} × {total} / {counted}"
        " (all points / those of the dimensions that are not empty)",
    ),
    "one more": Name(
        "原始值若为 {value}：得分 {points}（{gain}）",
        "with a raw value of {value}: {points} points ({gain})",
    ),
    "costs": Name(
        "若有数值，总分最多可增加 {costs} 分",
        "with a value the total could rise by {costs} points",
    ),
    "judged": Name("{statement}——{reason}", "{statement} — {reason}"),
    "explained": Name("{what}：{how}", "{what}: {how}"),
    "aside": Name("{text}（{aside}）", "{text} ({aside})"),
    "comma": Name("、", ", "),
    "semicolon": Name("；", "; "),
    "check": Name("{code} {version} 的 SHA-256：{sha256}", "SHA-256 of {code} {version}: {sha256}"),
}


def say(language: Language, name: Name, /, **values: object) -> str:
    """Return the text in *language* with its gaps filled."""
    text = name.zh if language == "zh" else name.en
    return text.format(**values)


def phrase(language: Language, key: str, /, **values: object) -> str:
    """Return a phrase of `PHRASES`, filled."""
    return say(language, PHRASES[key], **values)
