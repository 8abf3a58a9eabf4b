"""Characters that belong to no value, wherever they stand around one."""

# Unicode's blanks and line ends, and characters that nothing shows (of width zero, soft
# hyphens, marks of direction): first and last of each range. The macro `blank_characters`
# has the same for SQL, and a test compares them.
RANGES = (
    (0x09, 0x0D),
    (0x20, 0x20),
    (0x85, 0x85),
    (0xA0, 0xA0),
    (0xAD, 0xAD),
    (0x1680, 0x1680),
    (0x180E, 0x180E),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x2064),
    (0x2066, 0x2069),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
)
# For `str.strip`, which alone removes other characters.
BLANKS = "".join(chr(code) for first, last in RANGES for code in range(first, last + 1))
