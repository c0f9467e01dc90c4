# SPDX-License-Identifier: MPL-2.0
"""fuzzcompare - random programs of test/sysfuzz on our kernel and on Debian's, and where the answers differ.

A difference is a lead, not a verdict: process numbers, limitations and features of the other kernel show up too.
"""
import collections
import concurrent.futures
import errno
import os
import re

from . import oracle, run, sysfuzz
from .console import boot

TIMEOUT = 3600
SAME_KIND = 4096            # results above are addresses and the like
NUMBERS = {'getpid', 'gettid', 'getppid', 'getsid', 'getpgid', 'getpgrp', 'setsid', 'fork', 'vfork', 'clone', 'clone3',
           'wait4', 'set_tid_address', 'time', 'times', 'sysinfo', 'sched_getaffinity'}


def _answers(text):
    """{program: [results]} and {program: text} of a console."""
    text = text.replace('\r', '')
    answers = {int(m[1]): [int(n) for n in m[2].split()] for m in re.finditer(r'sysfuzz: answers (\d+) ([-\d ]*)', text)}
    pieces = collections.defaultdict(dict)
    for match in re.finditer(r'sysfuzz: program (\d+) (\d+)/\d+ (\S+)', text):
        pieces[int(match[1])][int(match[2])] = match[3]
    return answers, {number: ''.join(p[k] for k in sorted(p)) for number, p in pieces.items()}


def _name(value):
    return errno.errorcode.get(-value, str(value)) if value < 0 else 'ok'


def _is_same(call, a, b):
    if a == b:
        return True
    return a >= 0 and b >= 0 and (call in NUMBERS or a > SAME_KIND or b > SAME_KIND)


def differences(ours, theirs):
    """{(call, theirs, ours): [programs]}: the first difference of each program, as later ones may follow from it."""
    found = collections.defaultdict(list)
    (our_answers, programs), (their_answers, _) = ours, theirs
    for number in sorted(set(our_answers) & set(their_answers)):
        calls = programs.get(number, '').split(';')[1:]
        for text, a, b in zip(calls, their_answers[number], our_answers[number]):
            call = text.split(':')[0]
            if not _is_same(call, a, b):
                key = (call, _name(a), _name(b)) if a < 0 or b < 0 else (call, str(a), str(b))
                found[key].append(text)
                break
    return found


def compare(config, count, seed):
    """osxdk fuzz compare COUNT [SEED]: differences by call, the most frequent first."""
    os.makedirs(sysfuzz.work_folder(config), exist_ok=True)
    initrd = sysfuzz.archive(config, 'compare.cpio')
    args = [f'sysfuzz.seed={seed}', f'sysfuzz.compare={count}', f'sysfuzz.limit={sysfuzz.LIMIT_MS}', 'nokaslr']

    def answers(kind, *more):
        kernel, elf = run.kernel_file(config, kind)
        machine = run.Machine(config, kernel, initrd=initrd, elf=elf, append=run.kernel_args(config, kind, *args, *more),
                              mem_mib=sysfuzz.MEM_MIB, smp=1, extra=sysfuzz.ICOUNT, tcg=True)
        return _answers(boot(machine, None, config.timeout or TIMEOUT, echo=False)[1])

    oracle.linux_kernel(config)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        theirs = pool.submit(answers, 'linux', 'printk.devkmsg=on')
        ours = pool.submit(answers, 'omegaos')
        theirs, ours = theirs.result(), ours.result()
    found = differences(ours, theirs)
    for key, texts in sorted(found.items(), key=lambda item: -len(item[1])):
        print(f'{len(texts):4} {key[0]:20} Linux {key[1]:10} OmegaOS {key[2]:10} {texts[0][:200]}')
    print(f'SEED={seed}: {len(set(ours[0]) & set(theirs[0]))} programs on both kernels, {len(found)} kinds of difference')
    return 0 if ours[0] and theirs[0] else 1
