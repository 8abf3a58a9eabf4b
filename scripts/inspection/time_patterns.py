"""Strptime patterns that may read a text as a time, from what the text looks like."""

import re

DATE = re.compile(
    r"(?P<day_name>[A-Za-z]{3,9}(?P<comma>,?) )?"
    r"(?:(?P<a>\d{1,4})(?P<s>[./-])(?P<b>\d{1,2})(?P=s)(?P<c>\d{1,4})"
    r"|(?P<d>\d{1,2})(?P<t>[ /-])(?P<month>[A-Za-z]{3,9})(?P<u>[ /-])(?P<y>\d{2,4})"
    r"|(?P<month_first>[A-Za-z]{3,9})(?P<v>[ -])(?P<e>\d{1,2})(?P<w>,? |-)(?P<z>\d{4}))"
)
CLOCK = re.compile(
    r"(?P<before>[ T:]|, | at )?\d{1,2}:\d{2}(?P<seconds>:\d{2}(?P<fraction>[.]\d+)?)?"
    r"(?P<half>(?P<blank> ?)[AaPp][.]?[Mm][.]?)?(?P<zone> ?[+-]\d{2}:?\d{2}|Z)?"
)


def patterns_of(text: str) -> list[str]:
    """Patterns for a text; several where the order of day and month may be either."""
    date = DATE.match(text)
    if not date:
        return []
    rest = text[date.end() :]
    clock = _clock_pattern(rest)
    if clock is None:
        return []
    weekday = ""
    if date["day_name"]:
        is_short = len(date["day_name"].strip(" ,")) == 3
        weekday = f"{'%a' if is_short else '%A'}{date['comma']} "
    return [f"{weekday}{pattern}{clock}" for pattern in _date_patterns(date)]


def is_other_order(pattern: str, other: str) -> bool:
    """Whether two patterns have the same parts in another order."""
    parts, others = re.findall("%.", pattern), re.findall("%.", other)
    return parts != others and sorted(parts) == sorted(others)


def _date_patterns(date: re.Match[str]) -> list[str]:
    if date["month"]:
        name = "%b" if len(date["month"]) == 3 else "%B"
        year = "%Y" if len(date["y"]) == 4 else "%y"
        return [f"%d{date['t']}{name}{date['u']}{year}"]
    if date["month_first"]:
        name = "%b" if len(date["month_first"]) == 3 else "%B"
        return [f"{name}{date['v']}%d{date['w']}%Y"]
    s = date["s"]
    if len(date["a"]) == 4:
        return [f"%Y{s}%m{s}%d"]
    if len(date["c"]) == 4:
        return [f"%d{s}%m{s}%Y", f"%m{s}%d{s}%Y"]
    return [f"%d{s}%m{s}%y", f"%m{s}%d{s}%y", f"%y{s}%m{s}%d"]


def _clock_pattern(rest: str) -> str | None:
    """The pattern of what follows a date; None if it is no time of day."""
    if not rest:
        return ""
    clock = CLOCK.fullmatch(rest)
    if not clock:
        return None
    pattern = f"{clock['before'] or ''}{'%I' if clock['half'] else '%H'}:%M"
    pattern += ":%S" if clock["seconds"] else ""
    pattern += ".%f" if clock["fraction"] else ""
    pattern += f"{clock['blank']}%p" if clock["half"] else ""
    if clock["zone"]:
        zone = "Z" if clock["zone"] == "Z" else "%z"
        pattern += f" {zone}" if clock["zone"].startswith(" ") else zone
    return pattern
