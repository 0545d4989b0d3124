"""Scoring: positions among cut points, how much is filled, names brought to one spelling.

In: numbers, lists of numbers, texts. Out: `ENTRIES`. What the CRM's RFM, completeness and duplicate
checks stand on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from expressions.evaluation import Number
from expressions.functions.entry import Example, Function, Parameter, always
from expressions.kinds import TEXT, number

SUFFIXES = re.compile(
    r"(股份有限公司|有限责任公司|责任有限公司|有限公司|股份公司|集团公司|集团|总公司|分公司|公司|厂"
    r"|股份有限公司|有限責任公司|集團|總公司"
    r"|co\.?,?ltd\.?|company|limited|ltd\.?|inc\.?|corp(oration)?\.?|llc|gmbh|co\.)+$"
)

IGNORED = "()[]{}<>《》【】,，、;；:：'\"“”‘’·・_-"
_WITHOUT = str.maketrans("", "", IGNORED)


def bucket_ascending(value: Number | None, cuts: Sequence[Number | None]) -> int:
    """1 … k+1: one more for each cut that `value` reaches; 0 for a blank."""
    if value is None:
        return 0
    return 1 + sum(1 for cut in cuts if cut is not None and value >= cut)


def bucket_descending(value: Number | None, cuts: Sequence[Number | None]) -> int:
    """k+1 … 1: one more for each cut that `value` does not exceed; 0 for a blank."""
    if value is None:
        return 0
    return 1 + sum(1 for cut in cuts if cut is not None and value <= cut)


def normalised_name(text: str) -> str:
    """Width, case, spaces, punctuation and company suffixes do not tell names apart."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"\s+", "", plain)
    plain = plain.translate(_WITHOUT)
    return SUFFIXES.sub("", plain) or plain


_CUTS = (Parameter("number", "数字", "number"), Parameter("cuts", "分界", "numbers"))

ENTRIES = (
    Function(
        "BUCKET_ASC",
        "升序分档",
        "scoring",
        _CUTS,
        always(number(5, 0)),
        "达到几个分界就是第几档加一；空为 0",
        "One more than the number of cuts it reaches; blank gives 0",
        (
            Example("BUCKET_ASC(4, [2, 3, 5, 8])", "3"),
            Example("BUCKET_ASC(BLANK, [2, 3])", "0"),
            Example("BUCKET_ASC(8, [2, 3, 5, 8])", "5"),
        ),
        python=bucket_ascending,
        blanks="own",
    ),
    Function(
        "BUCKET_DESC",
        "降序分档",
        "scoring",
        _CUTS,
        always(number(5, 0)),
        "不超过几个分界就是第几档加一；空为 0",
        "One more than the number of cuts it does not exceed; blank gives 0",
        (
            Example("BUCKET_DESC(30, [30, 90, 180, 365])", "5"),
            Example("BUCKET_DESC(400, [30, 90])", "1"),
            Example("BUCKET_DESC(BLANK, [30, 90])", "0"),
        ),
        python=bucket_descending,
        blanks="own",
    ),
    Function(
        "FILLED_RATIO",
        "填写率",
        "scoring",
        (Parameter("fields", "字段", "any", is_repeated=True),),
        always(number(11, 10)),
        "不为空的占几分之几，四舍五入到 10 位小数",
        "The part that is not blank, as a fraction rounded half up to 10 places",
        (Example('FILLED_RATIO("a", BLANK, 0, "")', "0.5"),),
        shape="fields",
        blanks="own",
    ),
    Function(
        "NORM",
        "规范名称",
        "scoring",
        (Parameter("text", "文本", "text"),),
        always(TEXT),
        "统一全半角、大小写、空格和公司后缀，用于查重",
        "One spelling: width, case, spaces and company suffixes removed",
        (Example('NORM("上海 ＡＢＣ 有限公司")', '"上海abc"'), Example('NORM("Acme Co., Ltd.")', '"acme"')),
        python=normalised_name,
        may_be_blank=True,
    ),
)
