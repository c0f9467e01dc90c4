# SPDX-License-Identifier: MPL-2.0
"""gdbtest - the suite `gdb`: the kernel's own gdb commands against what the guest says of itself; the profiler."""
import copy
import os
import re
import subprocess
import tempfile
import xml.etree.ElementTree

from . import flamegraph, profile, run
from .console import Session, Timeout
from .qemu import gdb_socket

GDB_TIMEOUT = 120
COMMANDS = ('tasks', 'fds 1', 'fds {shell}', 'maps {shell}', 'log', 'frames', 'pools', 'maps 1x', 'fds 4000000')


def _ask(config, elf, where, commands, before=()):
    """Runs gdb's own commands `before`, then `omega COMMAND` for each command; returns {command: its lines}."""
    script = [word for command in before for word in ('-ex', command)]
    script += [word for command in commands for word in ('-ex', f'echo === {command}\\n', '-ex', f'omega {command}')]
    command = run.gdb_command(config, elf, where, '-batch', *script)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=GDB_TIMEOUT)
    parts = re.split(r'^=== (.*)\n', done.stdout, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2])), done.stdout


def _row(text, *words):
    """The lines below the first one that holds all the words, up to the next line of its kind; with it."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if all(word in line.split() for word in words):
            end = next((n for n in range(number + 1, len(lines)) if '#' not in lines[n]), len(lines))
            return '\n'.join(lines[number:end])
    return ''


def _check_tasks(result, text, pids):
    init = _row(text, '1', 'init')
    result.add('gdb: tasks: init waits', 'sleeping' in init and 'sys_wait4' in init and 'thread_run' in init, text)
    shell = _row(text, pids['shell'], 'bash')
    result.add('gdb: tasks: the shell reads its terminal', 'sleeping' in shell and 'tty_read' in shell and 'sys_read' in shell,
               text)
    sleeper = _row(text, pids['sleep'], 'sleep')
    result.add('gdb: tasks: sleep sleeps', 'sys_clock_nanosleep' in sleeper, text)
    result.add('gdb: tasks: the idle task', any(name in _row(text, '0', 'idle/0') for name in ('sched_start', 'kernel_main')), text)


def _guest_maps(text):
    """(start, end, protection, name) of each line of /proc/PID/maps; anonymous names as gdb shows them."""
    rows = []
    for line in text.splitlines():
        match = re.match(r'([0-9a-f]+)-([0-9a-f]+) (...). \S+ \S+ \S+ *(.*)', line)
        if match:
            rows.append((int(match[1], 16), int(match[2], 16), match[3], match[4]))
    return rows


def _gdb_maps(text):
    return [(int(m[1], 16), int(m[2], 16), m[3], m[4])
            for m in re.finditer(r'^([0-9a-f]{16})-([0-9a-f]{16}) (...) +\d+ +\d+ ?(.*)$', text, re.M)]


def _joined(rows):
    """Neighbours that differ in nothing else as one: whether they are shown as one is each side's own affair."""
    out = []
    for start, end, prot, name in rows:
        if out and out[-1][1:] == (start, prot, name):
            out[-1] = (out[-1][0], end, prot, name)
        else:
            out.append((start, end, prot, name))
    return out


def _check_memory(result, answers, guest):
    got, want = (_joined(rows) for rows in (_gdb_maps(answers['maps']), _guest_maps(guest['maps'])))
    result.add('gdb: maps: as /proc/PID/maps', got == want and len(want) > 5, f'{got}\n{want}\n')
    frames = {words[1]: int(words[0]) for words in map(str.split, answers['frames'].splitlines()) if len(words) > 1}
    total = frames.pop('total', 0)
    result.add('gdb: frames: the kinds add up', total == sum(frames.values()) and frames.get('untyped', 0) > 1000 and
               frames.get('stack', 0) > 0, answers['frames'])
    pools = {words[4]: int(words[0]) for words in map(str.split, answers['pools'].splitlines()) if len(words) == 5}
    result.add('gdb: pools: processes and their spaces', pools.get('process', 0) >= 3 and pools.get('mm', 0) >= 3,
               answers['pools'])


def _check_fds(result, answers, guest):
    rows = {m[1]: m[2] for m in re.finditer(r'^ +(\d+) [r-][w-] .* \w+_\w+ +(\S.*)$', answers['fds'], re.M)}
    want = {m[1]: m[2] for m in re.finditer(r'^(\d+) (\S.*)$', guest['fds'], re.M)}
    result.add('gdb: fds: as /proc/PID/fd', rows == want and '0' in want, f'{rows}\n{want}\n{answers["fds"]}')


def _check_log(result, answers, guest):
    texts = re.findall(r'^\[ *\d+\.\d{6}\] \w+ +(.*)$', answers['log'], re.M)
    want = re.findall(r'^\[ *\d+\.\d{6}\] (.*)$', guest['dmesg'], re.M)
    result.add('gdb: log: as dmesg', texts == want and len(want) > 1, f'{texts}\n{want}\n')


def _from_guest(session):
    """What the guest says of its shell; the shell then waits at its prompt."""
    pids = {'sleep': re.search(r'\d+', session.run('sleep 1000 & echo $!').splitlines()[-1])[0],
            'shell': session.run('echo $$').strip()}
    guest = {'fds': session.run('for f in /proc/$$/fd/*; do echo -n "${f##*/} "; readlink $f; done'),
             'dmesg': session.run('dmesg'), 'maps': session.run('cat /proc/$$/maps')}
    return pids, guest


def _at_start(config, result, folder):
    """Before the kernel runs there is nothing to show, and the commands say so without a traceback."""
    machine = run.make_machine(config, args=run.DEBUG_ARGS)
    where = os.path.join(folder, 'start')
    with Session(machine, gdb=gdb_socket(where), paused=True):
        answers, text = _ask(config, machine.elf, where, ('tasks', 'log', 'frames'))
    result.add('gdb: nothing to show before boot', len(answers) == 3 and 'Traceback' not in text, text)


def _interrupt(session):
    """^C until the prompt is back: the shell ignores one that comes while a command ends by itself."""
    for _ in range(12):
        session.key('C')
        try:
            session.expect(re.escape(Session.PROMPT), 10)
            return
        except Timeout:
            if session.ended:
                raise
    raise Timeout('the shell goes on after ^C')


def _check_locks(config, result, machine, where, session):
    """Stopped where a name enters its folder and where a page is mapped, a guest holds what these functions need."""
    text = _ask(config, machine.elf, where, ['locks'])[1]
    result.add('gdb: locks: who reads a terminal sleeps with its lock', _row(text, 'bash', 'tty_reader'), text)
    session.send('while :; do mkdir /tmp/q; rmdir /tmp/q; done\n')
    for function, kind, name in (('dentry_attach', 'mutex', 'tree'), ('vm_map', 'spin', 'page_table')):
        answers, text = _ask(config, machine.elf, where, ['locks'], before=(f'break {function}', 'continue'))
        result.add(f'gdb: locks: {function} runs under {name}', _row(answers['locks'], kind, name), text)
    _interrupt(session)


def _sampled(config, log, command):
    config = copy.copy(config)
    config.profile_count, config.profile_interval = 40, 0.03
    elf, samples = profile.sample_command(config, command, log)
    return profile.fold(elf, samples)


def _check_profile(config, result, log):
    """A guest that copies is seen in read and write; one that counts, in user mode; one that sleeps is idle."""
    stacks = _sampled(config, log, 'dd if=/dev/zero of=/dev/null bs=1k count=1000000000')
    total = sum(stacks.values())
    calls = sum(count for stack, count in stacks.items() if stack[0] == 'dd' and {'sys_read', 'sys_write'} & set(stack))
    idle = stacks.get(('[idle]',), 0)  # further CPUs
    text = profile.folded_text(stacks)
    result.add('profile: a busy guest is seen in its calls', total >= 20 and calls > (total - idle) / 4, text)
    counting = _sampled(config, log, 'i=0; while [ $i -lt 1000000000 ]; do i=$((i+1)); done')
    result.add('profile: user mode has its name', any(stack[1:] == ('[user]',) for stack in counting), profile.folded_text(counting))
    drawn = xml.etree.ElementTree.fromstring(flamegraph.svg(stacks, 'dd'))
    titles = [title.text for title in drawn.iter('{http://www.w3.org/2000/svg}title')]
    result.add('profile: the flame graph has the functions', titles[0] == f'all: {total} samples, 100.0 %' and
               any(title.startswith('sys_read: ') for title in titles), '\n'.join(titles))
    idle = _sampled(config, log, 'sleep 1000')
    result.add('profile: a sleeping guest is idle', idle[('[idle]',)] > sum(idle.values()) * 0.8, profile.folded_text(idle))


def suite_gdb(config, log):
    """The commands of osxdk/gdb on a guest that stands at its prompt."""
    from .suites import Result
    result = Result()
    machine = run.make_machine(config, args=[*run.DEBUG_ARGS, 'TERM=vt100'])
    with tempfile.TemporaryDirectory() as folder:
        _at_start(config, result, folder)
        where = os.path.join(folder, 'gdb')
        with Session(machine, log=log, gdb=gdb_socket(where)) as session:
            try:
                session.login()
                pids, guest = _from_guest(session)
                session.drain(1.0)
            except Timeout as error:
                result.add('gdb: the guest boots', False, f'    {error}\n')
                return result
            commands = [command.format(**pids) for command in COMMANDS]
            answers, text = _ask(config, machine.elf, where, commands)
            log.write(text)
            _check_locks(config, result, machine, where, session)
            result.add('gdb: the guest goes on', '42' in session.run('echo $((6 * 7))'))
    answers = {**answers, 'fds': answers.get(f'fds {pids["shell"]}', ''), 'maps': answers.get(f'maps {pids["shell"]}', '')}
    _check_tasks(result, answers.get('tasks', ''), pids)
    _check_fds(result, answers, guest)
    _check_memory(result, answers, guest)
    _check_log(result, answers, guest)
    if config.arch in profile.FRAMES:
        _check_profile(config, result, log)
    result.add('gdb: fds of init', '/init' in answers['fds 1'], answers['fds 1'])
    result.add('gdb: a wrong number is one line', all('omega tasks lists them' in answers[c] for c in commands[-2:]), text)
    result.add('gdb: no traceback', 'Traceback' not in text, text)
    return result
