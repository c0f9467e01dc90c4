# SPDX-License-Identifier: MPL-2.0
"""What a VT100 shows after a stream of text: programs may draw the same picture in different ways."""
import re

TOKEN = re.compile(r'\x1b\[(\??[\d;]*)([A-Za-z])|\x1b[()].|\x1b.|.', re.S)


def show(stream, columns=80):
    """The lines on the screen, without colours; a line too long goes on in the next."""
    lines, row, column = [''], 0, 0

    def line(number):
        while len(lines) <= number:
            lines.append('')
        return lines[number]

    for match in TOKEN.finditer(stream):
        text, command = match.group(), match.group(2)
        count = int(match.group(1)) if (match.group(1) or '').isdigit() else 1
        if command in ('A', 'B', 'C', 'D'):
            row = max(row + {'A': -count, 'B': count}.get(command, 0), 0)
            column = max(column + {'C': count, 'D': -count}.get(command, 0), 0)
        elif command == 'K':
            lines[row] = line(row)[:column]
        elif command == 'J':
            lines[row] = line(row)[:column]
            del lines[row + 1:]
        elif text == '\r':
            column = 0
        elif text == '\n':
            row += 1
        elif text == '\b':
            column = max(column - 1, 0)
        elif text == '\t':
            column = (column // 8 + 1) * 8
        elif text >= ' ' and not text.startswith('\x1b'):
            if column == columns:
                row, column = row + 1, 0
            lines[row] = line(row)[:column].ljust(column) + text + line(row)[column + 1:]
            column += 1
        line(row)
    return '\n'.join(text.rstrip() for text in lines)
