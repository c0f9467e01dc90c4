# SPDX-License-Identifier: MPL-2.0
"""hardening - what each protection of the kernel costs: the rows of the bench without it.

A protection's cost is how many more instructions the whole kernel executes than one built without it: the
geometric mean over the rows, and the row that it costs most.
"""
import copy
import json
import math
import os

from . import bench, build
from .config import Refused

# The values of Meson's option `without`, and what they stand for.
PROTECTIONS = {
    'kcfi': 'kCFI: the type of each indirect call',
    'bounds': 'bounds of arrays whose size is known',
    'arithmetic': 'signed overflow, shifts, division',
    'null': 'null pointers',
    'values': 'bool and enum values, missing returns',
    'stack-protector': 'stack protector, random per boot',
    'zero-init': 'locals start as zero',
    'assertions': 'spans, references and other assertions',
    'pool-checks': 'checked links and poison of free objects',
}


def variant(config, without):
    """The release configuration without some protections, with a build folder of its own."""
    other = copy.copy(config.with_profile('release'))
    other.without = tuple(without)
    return other


def build_first_pass(config):
    """The kernel without its tables of names and addresses, which no row needs: one link in place of three."""
    with build.Lock(config.meson_dir):
        build.configure(config)
        build.ninja(config, 'omegaos.pass1')
    return os.path.join(config.meson_dir, 'omegaos.pass1')


def rows_of(config, title):
    kernel = build_first_pass(config)
    results, reason = bench.measure(config, kernel, None, title)
    rows = {name: value for name, value in results.items() if name in bench.ROWS and isinstance(value, float)}
    if reason or len(rows) != len(bench.ROWS):
        raise Refused(f'bench: {title}: {reason or "a row failed"}')
    return rows


def cost(whole, part):
    """(mean cost in percent, the costliest row, its cost in percent)."""
    ratios = {name: whole[name] / part[name] for name in whole}
    mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
    worst = max(ratios, key=ratios.get)
    return (mean - 1) * 100, worst, (ratios[worst] - 1) * 100


def bench_hardening(config):
    """osxdk bench --hardening: the table of costs; also build/<arch>/bench-hardening.json."""
    whole = rows_of(variant(config, ()), 'with everything')
    print(f'\n{"without":18}{"mean":>8}{"most":>9}  in the row{"":12}what it checks')
    table = []
    for names in [[name] for name in PROTECTIONS] + [list(PROTECTIONS)]:
        title = names[0] if len(names) == 1 else 'all of these'
        mean, worst, most = cost(whole, rows_of(variant(config, names), title))
        table.append({'without': names, 'mean_percent': mean, 'worst_row': worst, 'worst_percent': most})
        print(f'{title:18}{mean:7.2f}%{most:8.2f}%  {worst:22}{PROTECTIONS.get(title, "")}', flush=True)
    report = os.path.join(config.arch_dir, 'bench-hardening.json')
    with open(report, 'w', encoding='utf-8') as file:
        json.dump(table, file, indent='\t')
    return 0
