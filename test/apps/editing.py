# SPDX-License-Identifier: MPL-2.0
"""Programs that draw: line editing and history of bash, vi, less, top's keys, window size."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import _screen  # noqa: E402
from osxdklib.console import Session  # noqa: E402

UP, DOWN, RIGHT, LEFT = '\x1b[A', '\x1b[B', '\x1b[C', '\x1b[D'

MASKS = [(r'file: \S*/terminfo/', 'file: TERMINFO/')]


def typed(app, name, keys):
    """Types keys at the prompt with echo on, and records what the terminal shows.

    The shell draws its prompt again while a line is edited, so a word of its own marks a command's end.
    """
    app.send(keys)
    app.record(name, _screen.show(until_mark(app)))


def until_mark(app):
    start = app.session.mark
    match = app.expect('COMMAND-END\r?\n')
    app.prompt()
    return Session.PROMPT + app.session.text[start:match.start()]


def line_editing(app):
    app.run("stty echo; set -o emacs; PROMPT_COMMAND='echo COMMAND-''END'", record=False)
    typed(app, 'left and right', 'echo wold' + LEFT * 2 + 'r' + RIGHT + '\r')
    typed(app, 'up', UP + '\r')
    typed(app, 'up twice, change', 'echo second\r')
    typed(app, 'two lines back', UP * 2 + '\x7f' * 5 + 'changed\r')
    typed(app, 'start, end, kill, yank', 'one two\x01echo \x05 three\x01\x0b\x19\r')
    typed(app, 'kill a word, the rest', 'echo alpha beta\x17gamma' + LEFT * 3 + '\x0b\r')
    typed(app, 'swap and delete', 'ehco x\x01' + RIGHT * 2 + '\x14' + '\x05\x7fy\r')
    typed(app, 'search back', '\x12second\r')
    app.send('not to be run')
    app.drain()
    app.key('C')
    app.record('^C on a line being typed', _screen.show(until_mark(app)))
    typed(app, 'literal next', "echo '\x16\t' | cat -A\n")
    typed(app, 'a folder to work in', 'mkdir -p /tmp/edit/long-folder-name; cd /tmp/edit; touch alone twin-one twin-two "with space"\r')
    typed(app, 'complete a file', 'ls -d al\t\r')
    typed(app, 'complete a folder', 'ls -d lon\t\r')
    typed(app, 'complete in part', 'echo tw\to\t\r')
    typed(app, 'complete with a space', 'ls wi\t\r')
    app.send('echo twin-\t\t')
    app.drain(1.5)
    app.send('one\r')
    app.record('list what completes', _screen.show(until_mark(app)))
    typed(app, 'complete a command', 'whoa\t\r')
    typed(app, 'complete a variable', 'echo $HOSTNA\t\r')
    typed(app, 'long line', 'echo ' + 'x' * 150 + '\x01' + '\x05' + '\x7f' * 100 + '\r')
    typed(app, 'back to plain lines', 'PROMPT_COMMAND=; echo COMMAND-""END; set +o emacs; stty -echo\r')
    app.run('history 3 | sed "s/^ *[0-9]*//"; !!; fc -ln -1')


def vi(app):
    app.run('rm -f note; seq 100 >numbers', record=False)
    app.send('vi note\n')
    app.drain(1.5)
    app.send('ifirst line\nsecond line\nthird line\x1b')
    app.send('ggddp')                   # the first line goes under the second
    app.send(':2\nAadded\x1b')
    app.send('oopened\x1b')
    app.send(':%s/line/LINE/g\n')
    app.send('yyGp')
    app.send('uu\x12')                  # undo twice, redo once
    app.drain(1.0)
    app.send(':wq\n')
    app.prompt()
    app.run('cat note')
    app.send('vi numbers\n')
    app.drain(1.5)
    # No arrows: a line slower than vi's patience tears their sequences apart.
    app.send('/42\ndd50Gx' + 'jjj' + 'Rzz\x1b:1,10d\n:w\n:r note\n:w!\n')
    app.drain(1.0)
    app.key('Z')
    app.prompt()
    app.run('jobs | cut -c1-15; wc -l <numbers')
    app.send('fg\n')
    app.drain(1.5)
    app.send(':q!\n')
    app.prompt()
    app.run('md5sum numbers; sed -n "32p;39,43p" numbers')
    app.send('vi -u NONE -e -s numbers <<<"1,5p|q"\n')
    app.record('vi by script', app.prompt())
    app.run('ls -a | grep -c swp')


def pagers(app):
    app.send('seq 200 | less\n')
    app.drain(1.5)
    app.send(' ')
    app.drain(0.7)
    app.send('/150\n')
    shown = app.drain(1.0)
    app.check('less searches in a pipe', '150' in shown and '151' in shown)
    app.send('G')
    app.check('less goes to the end', '200' in app.drain(1.0))
    app.send('q')
    app.prompt()
    app.run('less -E -X numbers </dev/null | wc -l; more <numbers | head -2')
    app.send('top -d 100\n')
    app.expect('PID.*COMMAND')
    app.drain(1.0)
    app.send('q')
    app.prompt()


def window(app):
    app.resize(30, 100)
    app.run('stty size; tput cols 2>/dev/null; tput lines; echo $COLUMNS >/dev/null; ls -C / | head -1 | wc -l')
    app.run("bash -c 'trap \"stty size\" WINCH; stty rows 40 cols 120; sleep 0.1; :'")
    app.resize(24, 80)
    app.run('stty -a | sed -n 2,4p; stty -g | tr ":" "\\n" | wc -l')
    app.run('tput clear | od -c | head -1; tput bold | cat -v; infocmp -1 vt100 | head -3; clear | wc -c; tty')
    app.send('stty raw -echo; dd bs=1 count=3 2>/dev/null | od -An -c; stty -raw\n')
    app.drain(0.7)
    app.send('a\x03\r')
    app.record('three raw bytes', app.prompt())
    app.run('stty sane -echo; stty -echo; ls --color=always -d / /dev/null /tmp /bin | cat -v')


def play(app):
    app.run('cd /tmp', record=False)
    line_editing(app)
    vi(app)
    pagers(app)
    window(app)
    app.alive()
