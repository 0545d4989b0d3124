"""The sentences of problems and fix-its: zh-CN, zh-TW, en. Codes as in errors.py.

In: nothing. Out: `PROBLEMS`, `FIXES`, `WORDS`. A test holds codes used and sentences written equal.
"""

from __future__ import annotations

LANGUAGES = ("zh-CN", "zh-TW", "en")
Sentences = dict[str, tuple[str, str, str]]

WORDS: Sentences = {
    "text": ("文本", "文字", "text"),
    "number": ("数字", "數字", "a number"),
    "bool": ("是/否（条件）", "是/否（條件）", "yes or no (a condition)"),
    "date": ("日期", "日期", "a date"),
    "datetime": ("日期时间", "日期時間", "a date and time"),
    "choice": ("选项", "選項", "a choice"),
    "user": ("成员", "成員", "a member"),
    "record": ("关联记录", "關聯記錄", "a linked record"),
    "list": ("列表", "清單", "a list"),
    "null": ("空值", "空值", "a blank"),
}

PROBLEMS: Sentences = {
    # reading
    "source.empty": ("还没有写表达式", "還沒有寫運算式", "There is no expression yet"),
    "source.too_long": (
        "表达式太长：{length} 个字符，最多 {most} 个",
        "運算式太長：{length} 個字元，最多 {most} 個",
        "The expression is too long: {length} characters, {most} are allowed",
    ),
    "limit.nodes": (
        "表达式太复杂：最多 {most} 个部分，请拆成几个公式字段",
        "運算式太複雜：最多 {most} 個部分，請拆成幾個公式欄位",
        "The expression is too big: {most} parts are allowed; split it into several formula fields",
    ),
    "limit.depth": (
        "嵌套太深：最多 {most} 层，请拆成几个公式字段",
        "巢狀太深：最多 {most} 層，請拆成幾個公式欄位",
        "Nested too deeply: {most} levels are allowed; split it into several formula fields",
    ),
    "character.unknown": (
        "不认识的符号“{text}”",
        "不認識的符號「{text}」",
        "“{text}” means nothing here",
    ),
    "ternary": (
        "没有“? :”写法，请用 IF(条件, 成立时, 否则)",
        "沒有「? :」寫法，請用 IF(條件, 成立時, 否則)",
        "There is no “? :”; use IF(condition, then, otherwise)",
    ),
    "brace.unclosed": (
        "字段名的花括号没有关上",
        "欄位名的大括號沒有關上",
        "The brace around a field name is not closed",
    ),
    "brace.empty": ("花括号里没有字段名", "大括號裡沒有欄位名", "There is no field name in the braces"),
    "text.unclosed": (
        "文本的引号没有关上",
        "文字的引號沒有關上",
        "The quotation mark of this text is not closed",
    ),
    "comment.unclosed": ("注释没有用 */ 结束", "註解沒有用 */ 結束", "The comment is not closed with */"),
    "date.impossible": ("没有 {text} 这一天", "沒有 {text} 這一天", "There is no such day as {text}"),
    "number.too_long": (
        "数字太长：最多 {most} 位，指数不超过 {exponent}",
        "數字太長：最多 {most} 位，指數不超過 {exponent}",
        "The number is too long: {most} digits and an exponent of {exponent} are the most",
    ),
    "operator.order": (
        "“{text}”应写成“{right}”",
        "「{text}」應寫成「{right}」",
        "Write “{text}” as “{right}”",
    ),
    "operator.single_bar": (
        "“或”写成 OR 或 ||，不是 {text}",
        "「或」寫成 OR 或 ||，不是 {text}",
        "“or” is written OR or ||, not {text}",
    ),
    "bracket.unopened": (
        "多了一个“{text}”，前面没有对应的左括号",
        "多了一個「{text}」，前面沒有對應的左括號",
        "“{text}” closes nothing: one too many",
    ),
    "bracket.unclosed": (
        "这个“{text}”没有关上，少一个“{closing}”",
        "這個「{text}」沒有關上，少一個「{closing}」",
        "This “{text}” is not closed: “{closing}” is missing",
    ),
    "bracket.mismatched": (
        "这里应是“{right}”，不是“{text}”",
        "這裡應是「{right}」，不是「{text}」",
        "“{right}” is needed here, not “{text}”",
    ),
    "compare.chained": (
        "比较不能连写，请用 AND 连接两个比较",
        "比較不能連寫，請用 AND 連接兩個比較",
        "Comparisons do not chain; join two of them with AND",
    ),
    "operand.missing": (
        "“{text}”后面缺少一个值",
        "「{text}」後面缺少一個值",
        "A value is missing after “{text}”",
    ),
    "operand.missing_before": (
        "“{text}”前面缺少一个值",
        "「{text}」前面缺少一個值",
        "A value is missing before “{text}”",
    ),
    "argument.missing": ("这里缺少一个参数", "這裡缺少一個參數", "An argument is missing here"),
    "operator.missing": (
        "“{left}”和“{right}”之间缺少运算符或逗号",
        "「{left}」和「{right}」之間缺少運算子或逗號",
        "An operator or a comma is missing between “{left}” and “{right}”",
    ),
    "comma.outside": (
        "逗号只能用在函数的括号里；数字不写千位逗号",
        "逗號只能用在函式的括號裡；數字不寫千位逗號",
        "A comma belongs between a function's arguments; numbers have no thousands commas",
    ),
    "dot.misplaced": (
        "点号前面应是字段名",
        "點號前面應是欄位名",
        "Only a field name can stand before the dot",
    ),
    "syntax.unexpected": ("“{text}”不能用在这里", "「{text}」不能用在這裡", "“{text}” cannot stand here"),
    # names
    "name.unknown": (
        "“{form}”里没有叫“{name}”的字段",
        "「{form}」裡沒有叫「{name}」的欄位",
        "“{form}” has no field named “{name}”",
    ),
    "name.gone": (
        "所引用的字段已不存在（{name}）",
        "所引用的欄位已不存在（{name}）",
        "The field referred to is gone ({name})",
    ),
    "name.ambiguous": (
        "有几个字段都叫“{name}”，请写编码：{keys}",
        "有幾個欄位都叫「{name}」，請寫代碼：{keys}",
        "Several fields are named “{name}”; write the key: {keys}",
    ),
    "name.is_function": (
        "“{name}”是函数，要带括号",
        "「{name}」是函式，要帶括號",
        "“{name}” is a function: it needs brackets",
    ),
    "name.dot_inside": (
        "点号写在花括号外面：每个字段名各自成一对",
        "點號寫在大括號外面：每個欄位名各自成一對",
        "The dot goes outside the braces, each name in its own",
    ),
    "function.unknown": (
        "没有叫“{name}”的函数",
        "沒有叫「{name}」的函式",
        "There is no function named “{name}”",
    ),
    "function.is_field": (
        "“{name}”是字段，后面不带括号",
        "「{name}」是欄位，後面不帶括號",
        "“{name}” is a field: no brackets after it",
    ),
    "form.not_reachable": (
        "不能在这里直接读另一张表“{name}”，请用汇总字段或关联字段",
        "不能在這裡直接讀另一張表「{name}」，請用彙總欄位或關聯欄位",
        "Records of the form “{name}” cannot be read from here; use a roll-up or a link field",
    ),
    "setting.no_field": (
        "“{name}”后面要写字段，例如 {name}.{fields}",
        "「{name}」後面要寫欄位，例如 {name}.{fields}",
        "Say which field of “{name}”: for example one of {fields}",
    ),
    "parent.none": (
        "这里没有上级记录，不能用 PARENT",
        "這裡沒有上層記錄，不能用 PARENT",
        "There is no parent record here: PARENT means nothing",
    ),
    "parent.alone": ("PARENT 后面要写字段", "PARENT 後面要寫欄位", "Say which field of PARENT: PARENT.field"),
    "dot.not_link": (
        "“{name}”不是关联字段，不能用点号往下取",
        "「{name}」不是關聯欄位，不能用點號往下取",
        "“{name}” is not a link, so nothing can be read behind a dot",
    ),
    "follow.subform": (
        "不能经关联读取子表“{name}”，请在那张表里建汇总字段",
        "不能經關聯讀取子表「{name}」，請在那張表裡建彙總欄位",
        "The subform “{name}” cannot be read through a link; add a formula field there",
    ),
    "option.unknown": (
        "没有选项“{name}”；可选：{options}",
        "沒有選項「{name}」；可選：{options}",
        "There is no option “{name}”; there are: {options}",
    ),
    "option.gone": (
        "所引用的选项已不存在（{name}）",
        "所引用的選項已不存在（{name}）",
        "The option referred to is gone ({name})",
    ),
    # lists and lines
    "lines.outside": (
        "子表“{name}”有多行，要先汇总，例如 SUM()",
        "子表「{name}」有多列，要先彙總，例如 SUM()",
        "The subform “{name}” has many lines: aggregate them, for example with SUM()",
    ),
    "lines.no_column": (
        "要写出子表“{name}”的哪一列",
        "要寫出子表「{name}」的哪一欄",
        "Say which column of the subform “{name}”",
    ),
    "lines.which_column": (
        "“{name}”有几列数字，要写出用哪一列",
        "「{name}」有幾欄數字，要寫出用哪一欄",
        "Say which number column of “{name}” is meant",
    ),
    "lines.two_subforms": (
        "一个汇总里只能用一个子表，不能同时用“{one}”和“{other}”",
        "一個彙總裡只能用一個子表，不能同時用「{one}」和「{other}」",
        "One aggregate goes over one subform, not over “{one}” and “{other}” together",
    ),
    "lines.nested_list": (
        "这里每一行应是单个值，不是列表",
        "這裡每一列應是單個值，不是清單",
        "Each line must give one value here, not a list",
    ),
    "lines.own_inside_parent": (
        "汇总上级的明细时，不能读本行的字段",
        "彙總上層的明細時，不能讀本列的欄位",
        "Fields of this line cannot be read while going over the parent's lines",
    ),
    "list.unexpected": (
        "这里要一个值，而这是有多个值的列表",
        "這裡要一個值，而這是有多個值的清單",
        "One value is needed here; this is a list of several",
    ),
    "list.needed": (
        "这里要一个列表，例如 [1, 2]；这是{got}",
        "這裡要一個清單，例如 [1, 2]；這是{got}",
        "A list is needed here, like [1, 2]; this is {got}",
    ),
    "list.not_convertible": (
        "这个列表里是{got}，在这里不能直接用",
        "這個清單裡是{got}，在這裡不能直接用",
        "This is a list whose items are {got}; it cannot be used here as it is",
    ),
    "member.list": (
        "“in”左边要一个值；多选请逐项判断",
        "「in」左邊要一個值；多選請逐項判斷",
        "One value is needed before “in”; ask for each choice of a list by itself",
    ),
    "aggregate.order": (
        "{kind}没有大小先后，不能取最大最小",
        "{kind}沒有大小先後，不能取最大最小",
        "There is no least or greatest of {kind}",
    ),
    "count.no_argument": (
        "{name}() 不带参数只用于汇总记录；在这里要写出数什么",
        "{name}() 不帶參數只用於彙總記錄；在這裡要寫出數什麼",
        "{name}() without an argument counts the records of a roll-up; say here what to count",
    ),
    "distinct.misplaced": (
        "DISTINCT 只能用在 COUNT() 里",
        "DISTINCT 只能用在 COUNT() 裡",
        "DISTINCT belongs inside COUNT()",
    ),
    "distinct.only_count": (
        "{name} 不能去重，DISTINCT 只能用在 COUNT() 里",
        "{name} 不能去重，DISTINCT 只能用在 COUNT() 裡",
        "{name} takes no DISTINCT: it belongs inside COUNT()",
    ),
    "measure.field_outside": (
        "汇总的是多条记录，要写明怎么合并，例如 SUM()",
        "彙總的是多筆記錄，要寫明怎麼合併，例如 SUM()",
        "Many records are summed up here: say how, for example with SUM()",
    ),
    "measure.list": (
        "每条记录先要得出一个值，例如 {name}({name}(…))",
        "每筆記錄先要得出一個值，例如 {name}({name}(…))",
        "Each record must give one value first: {name}({name}(…))",
    ),
    "measure.no_aggregate": (
        "汇总要用 COUNT、SUM、AVERAGE、MIN 或 MAX",
        "彙總要用 COUNT、SUM、AVERAGE、MIN 或 MAX",
        "A measure needs COUNT, SUM, AVERAGE, MIN or MAX",
    ),
    # kinds
    "kind.needed": (
        "“{text}”是{got}，这里要{wanted}",
        "「{text}」是{got}，這裡要{wanted}",
        "“{text}” is {got}; {wanted} is needed here",
    ),
    "kind.needed_list": (
        "这里要一列{wanted}",
        "這裡要一列{wanted}",
        "A list is needed whose items are each {wanted}",
    ),
    "kinds.unlike": (
        "{left}和{right}不能放在一起",
        "{left}和{right}不能放在一起",
        "{left} and {right} do not go together",
    ),
    "compare.order": (
        "{kind}没有大小先后，只能用 = 和 !=",
        "{kind}沒有大小先後，只能用 = 和 !=",
        "There is no less or greater with {kind}: only = and !=",
    ),
    "compare.list": (
        "列表不能直接比较，请问它是否包含某项",
        "清單不能直接比較，請問它是否包含某項",
        "A list cannot be compared; ask whether something is in it",
    ),
    "dates.arithmetic": (
        "{left}和{right}不能这样加减；日期只能加减天数，或两个日期相减",
        "{left}和{right}不能這樣加減；日期只能加減天數，或兩個日期相減",
        "{left} and {right} cannot be added or subtracted; add days to a date, or subtract two dates",
    ),
    "text.plus": (
        "“+”只加数字，连接文本用 &",
        "「+」只加數字，連接文字用 &",
        "“+” adds numbers only; join text with &",
    ),
    "choice.other": (
        "这是另一个字段的选项",
        "這是另一個欄位的選項",
        "These are the options of another field",
    ),
    "format.unknown": (
        "不认识的格式“{text}”",
        "不認識的格式「{text}」",
        "“{text}” is not a format we know",
    ),
    # functions
    "arguments.few": (
        "{name} 的参数不够：{signature}",
        "{name} 的參數不夠：{signature}",
        "{name} needs more arguments: {signature}",
    ),
    "arguments.many": (
        "{name} 的参数太多：{signature}",
        "{name} 的參數太多：{signature}",
        "{name} takes fewer arguments: {signature}",
    ),
    "unit.unknown": (
        "没有时间单位“{name}”；可用：{units}",
        "沒有時間單位「{name}」；可用：{units}",
        "“{name}” is not a unit of time; there are {units}",
    ),
    "unit.needs_time": (
        "日期没有时刻，不能用单位“{name}”",
        "日期沒有時刻，不能用單位「{name}」",
        "A date has no time of day: the unit “{name}” cannot be used",
    ),
    "unit.not_constant": (
        '时间单位要直接写明，例如 "day"',
        '時間單位要直接寫明，例如 "day"',
        'Write the unit of time itself, for example "day"',
    ),
    # warnings
    "power.negated": (
        "负号先算：-2^2 是 4；若要 -4 请加括号",
        "負號先算：-2^2 是 4；若要 -4 請加括號",
        "The minus sign goes first: -2^2 is 4; put brackets for -4",
    ),
    "condition.constant": (
        "这个条件永远不变",
        "這個條件永遠不變",
        "This condition is always the same",
    ),
    "result.always_blank": ("结果总是空", "結果總是空", "The result is always blank"),
}

FIXES: Sentences = {
    "insert": ("插入“{text}”", "插入「{text}」", "Insert “{text}”"),
    "remove": ("删去“{text}”", "刪去「{text}」", "Remove “{text}”"),
    "replace": ("改为“{text}”", "改為「{text}」", "Change to “{text}”"),
    "use": ("改为 {text}", "改為 {text}", "Use {text}"),
    "wrap": ("套上 {text}", "套上 {text}", "Put {text} around it"),
    "chain": ("改为用 {text} 连接", "改為用 {text} 連接", "Join with {text}"),
    "braces": ("加上花括号：{text}", "加上大括號：{text}", "Put it in braces: {text}"),
}
