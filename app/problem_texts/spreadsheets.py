"""Words of problems with spreadsheets: reading a file, and matching its columns with fields."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SPREADSHEETS: Mapping[str, LazyString] = {
    "import.already_started": _l(
        "This import has begun already. Look at its result, or upload the file again."
    ),
    "import.cell_error": _l(
        "The spreadsheet has an error here (%(given)s). Correct the cell and import the row again."
    ),
    "import.expression_error": _l(
        "The formula gives an error for this row (%(given)s). Change the formula or the row."
    ),
    "import.field_twice": _l("Two columns go into the same field (%(field)s). Let one of them go."),
    "import.key_ambiguous": _l(
        "%(count)s records have this %(keys)s, so it is not clear which is meant. Choose another key."
    ),
    "import.key_blank": _l("The key (%(keys)s) is blank in this row. Fill it in."),
    "import.key_missing": _l("Choose by which field existing records are recognised."),
    "import.key_not_mapped": _l("The key field (%(field)s) has no column. Choose one for it."),
    "import.no_file": _l("Choose a spreadsheet first."),
    "import.not_a_key": _l("The field %(field)s cannot tell records apart. Choose another key."),
    "import.nothing_mapped": _l("No column goes into a field yet. Choose at least one."),
    "import.number_unknown": _l("No record has this %(keys)s. Leave it blank to add a new one."),
    "import.required_not_mapped": _l("“%(label)s” has to be filled in, but no column goes into it."),
    "import.starter_left": _l("Whoever started this import is no longer a member. What is in stays in."),
    "import.unknown_column": _l("The file has no column “%(column)s”."),
    "import.unknown_field": _l("The form has no field “%(field)s” that can be imported into."),
    "import.unknown_header": _l("There is no such row. Choose the header among the first rows."),
    "import.unknown_mode": _l("Choose how to import: %(modes)s."),
    "import.unknown_sheet": _l("The workbook has no sheet “%(sheet)s”."),
    "sheet.cell_too_long": _l("One of the cells holds more text than can be imported. Shorten it."),
    "sheet.empty": _l("There is nothing in this file or sheet. Choose another."),
    "sheet.encrypted": _l("This workbook is protected by a password. Save it without one and try again."),
    "sheet.too_big": _l("This file is too large: at most %(most_mb)s MB. Save it as CSV or split it."),
    "sheet.too_big_inside": _l("This workbook holds more than can be read at once. Save the sheet as CSV."),
    "sheet.too_many_cells": _l("This sheet has too many cells. Save it as CSV or split it."),
    "sheet.too_many_columns": _l("This sheet has too many columns. Delete those that are not needed."),
    "sheet.too_many_styles": _l("This workbook has more than %(most)s styles. Save it as CSV."),
    "sheet.too_slow": _l("Reading this file took too long. Save it as CSV or split it."),
    "sheet.unknown_type": _l("“%(name)s” is no spreadsheet. Use one of: %(types)s."),
    "sheet.unreadable": _l("This file cannot be read; it may be damaged. Open it, save it again, and retry."),
    "sheet.unsafe": _l(
        "This file contains something that is not read for safety. Save it again as xlsx or CSV."
    ),
    "sheet.wrong_encoding": _l(
        "The text of this file is not in the chosen encoding. Choose another, or save it as UTF-8."
    ),
    "import.options_not_an_object": _l("The options of an import are a JSON object."),
}
