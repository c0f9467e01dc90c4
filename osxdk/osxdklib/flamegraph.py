# SPDX-License-Identifier: MPL-2.0
"""flamegraph - stacks and their counts as one self-contained SVG: no script, titles appear on hover.

A box is a function on a stack; what it called stands above it; its width is its share of the samples.
"""
import zlib
from html import escape

WIDTH, ROW, MARGIN, HEAD, CHAR = 1200, 18, 10, 44, 6.6
MIN_WIDTH = 0.3


class Node:
    """A function at one place of the tree of calls."""

    def __init__(self):
        self.count, self.children = 0, {}


def tree(stacks):
    root = Node()
    for stack, count in stacks.items():
        node = root
        node.count += count
        for name in stack:
            node = node.children.setdefault(name, Node())
            node.count += count
    return root


def depth(node):
    return 1 + max((depth(child) for child in node.children.values()), default=0)


def colour(name):
    """Warm for functions, always the same for the same name; cool for what is not the kernel's work."""
    if name.startswith('['):
        return '#9db8d2'
    seed = zlib.crc32(name.encode())
    return f'hsl({seed % 55} {60 + seed // 64 % 25}% {62 + seed // 4096 % 12}%)'


def _box(name, count, total, x, y, width):
    share = f'{100 * count / total:.1f} %'
    room = int((width - 4) / CHAR)
    label = name if len(name) <= room else name[:room - 1] + '…' if room > 3 else ''
    text = f'<text x="{x + 3:.1f}" y="{y + 13}">{escape(label)}</text>' if label else ''
    return (f'<g><title>{escape(name)}: {count} samples, {share}</title><rect x="{x:.1f}" y="{y}" width="{width:.1f}" '
            f'height="{ROW - 1}" rx="1" fill="{colour(name)}"/>{text}</g>')


def _boxes(node, total, x, y, scale):
    for name, child in sorted(node.children.items()):
        width = child.count * scale
        if width >= MIN_WIDTH:
            yield _box(name, child.count, total, x, y, width)
            yield from _boxes(child, total, x, y - ROW, scale)
        x += width


def svg(stacks, title):
    """The text of the SVG file."""
    root = tree(stacks)
    height = HEAD + depth(root) * ROW + MARGIN
    bottom = height - MARGIN - ROW
    scale = (WIDTH - 2 * MARGIN) / max(root.count, 1)
    heading = f'{title}: {root.count} samples'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
             f'role="img" aria-label="{escape(heading, quote=True)}">',
             '<style>text{font:11px monospace;fill:#1a1a1a}.h{font:bold 15px sans-serif}g:hover rect{stroke:#000}</style>',
             f'<rect width="{WIDTH}" height="{height}" fill="#fffdf8"/>',
             f'<text class="h" x="{MARGIN}" y="26">{escape(heading)}</text>',
             _box('all', root.count, max(root.count, 1), MARGIN, bottom, WIDTH - 2 * MARGIN)]
    parts += _boxes(root, max(root.count, 1), MARGIN, bottom - ROW, scale)
    return '\n'.join(parts) + '\n</svg>\n'
