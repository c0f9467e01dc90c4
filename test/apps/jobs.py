# SPDX-License-Identifier: MPL-2.0
"""Job control: ^C, ^Z, ^\\, bg, fg, jobs, kill, wait, trap; exit statuses."""
import re

MASKS = [(r'\[(\d+)\] \d{2,}', r'[\1] PID'), (r'\b\d+ (Terminated|Killed|Segmentation fault|Aborted|Hangup)', r'PID \1')]


def typed(app, name, *parts):
    """Types the parts one after the other and records all that came.

    A pair is what to type and what to wait for; after any other part the console must have been quiet for a while.
    """
    start = app.session.mark
    for part in parts[:-1]:
        app.send(part if isinstance(part, str) else part[0])
        if not isinstance(part, str):
            app.expect(part[1])
        app.drain(0.8)
    app.send(parts[-1])
    app.prompt()
    app.record(name, app.session.text[start:app.session.mark].replace(app.session.PROMPT, ''))


NOTICE = re.compile(r'\[\d+\][-+ ] +(Done|Stopped|Terminated|Killed) ')


def unordered(app, command):
    """As app.run, where the shell may tell of a job before or after a command's output, or at the prompt after the next."""
    text = app.run(command, record=False)
    app.record(command, '\n'.join(sorted(line for line in text.split('\n') if line and not NOTICE.match(line))))


# A job that tells when it runs, and so can be sent a key.
SLEEP = ("sh -c 'echo star''ted; exec sleep 1000'\n", 'started')
LOOP = "while :; do sleep 0.1; done"

INTR, QUIT, SUSP, EOF = '\x03', '\x1c', '\x1a', '\x04'


def keys(app):
    typed(app, '^C while sleep runs', SLEEP, INTR)
    app.run('echo $?')
    typed(app, '^C while a pipeline runs', ('(echo star\'\'ted; sleep 1000) | cat | cat\n', 'started'), INTR)
    app.run('echo "$? ${PIPESTATUS[@]}"')
    typed(app, 'cat, two lines, ^D', 'cat\n', 'line one\n', 'line two\n', EOF)
    typed(app, 'cat, erase and kill', 'cat >typed\n', 'erased\x7f\x7f\x7fxyz\ndropped\x15kept\nwith \x16\x03 literal\n', EOF)
    app.run('cat -A typed')
    typed(app, '^C with a trap', (f"bash -c 'trap \"echo got INT; exit 7\" INT; echo star\"\"ted; {LOOP}'\n", 'started'), INTR)
    app.run('echo $?')
    typed(app, '^\\ while sleep runs', SLEEP, QUIT)
    app.run('echo $?')
    typed(app, 'read with a prompt', ('read -p "name: " name\n', 'name: '), 'somebody\n')
    app.run('echo "hello $name"')
    typed(app, '^C in a loop of the shell itself', ('echo star""ted; while :; do :; done\n', 'started'), INTR)
    typed(app, '^C in a subshell', (f'(echo star""ted; {LOOP}; echo never)\n', 'started'), INTR)
    app.run('echo $?')


def jobs(app):
    typed(app, '^Z while sleep runs', SLEEP, SUSP)
    app.run('echo $?; jobs')
    app.run('bg')
    app.run('jobs; jobs -r | wc -l; jobs -s | wc -l')
    typed(app, 'fg, then ^Z', ('fg\n', 'sh -c'), SUSP)
    app.run('sleep 2000 & jobs')
    app.run('sleep 1; ps -o stat= -p $(jobs -p %1) $! | cut -c1')
    unordered(app, 'kill %1; sleep 0.5')
    typed(app, 'fg of the second, ^C', ('fg %sleep\n', 'sleep 2000'), INTR)
    app.run('jobs; echo none left')
    typed(app, 'a stopped pipeline goes on and reads', ('(echo star""ted >&2; cat) | tr a-z A-Z\n', 'started'), SUSP,
          ('fg\n', 'tr a-z'), 'back again\n', EOF)
    app.run('cat </dev/tty & sleep 2')
    app.run('kill -9 %1; sleep 1', record=False)    # bash 5.3 may tell of the stop once more
    app.run('jobs | wc -l')
    app.run('stty tostop; (echo from behind >/dev/tty) & sleep 2')
    app.run('jobs; stty -tostop; fg 2>&1')
    unordered(app, '(sleep 0.3; echo from behind again >/dev/tty) & wait')
    unordered(app, 'sleep 0.3 & sleep 0.2 & wait; echo all done')
    app.run("bash -c '(exit 5) & wait $!; echo $?; (kill -TERM $BASHPID) & wait $!; echo $?; wait 99999; echo $?' 2>&1 | sed 's/line [0-9]*: *[0-9]* //'")
    app.run("bash -c 'sleep 0.1 & sleep 100 & wait -n; echo $?; kill %2; wait'")
    app.run('set +m; sleep 0.1 & wait; jobs; set -m')


def signals(app):
    app.run("bash -c 'trap \"echo term\" TERM; kill $$; echo after'; echo $?")
    app.run("bash -c 'trap \"echo bye\" EXIT; exit 3'; echo $?")
    app.run("bash -c 'trap \"\" INT; kill -INT $$; echo ignored'; bash -c 'kill -INT $$; echo never'; echo $?")
    app.run("bash -c 'kill -SEGV $$'; echo $?; bash -c 'kill -KILL $$'; echo $?; bash -c 'ulimit -c 0; kill -ABRT $$'; echo $?")
    app.run("bash -c 'trap \"echo usr1\" USR1; sleep 0.5 & p=$!; kill -USR1 $$; wait $p; echo $?'")
    app.run("bash -c 'trap \"echo child\" CHLD; sleep 0.1; true'; sh -c 'trap \"echo dash\" HUP; kill -HUP $$'")
    app.run('kill -l 9 15 137; kill -l TERM; kill 999999; echo $?; kill -0 $$; echo $?')
    app.run('timeout 0.2 sleep 100; echo $?; timeout -s KILL 0.2 sleep 100; echo $?; timeout 10 true; echo $?')
    app.run('nohup sh -c "kill -HUP \\$\\$; echo survived" </dev/null 2>/dev/null | cat')
    app.run("env -i sh -c 'echo $PPID | grep -c .'; nice -n 5 nice")
    app.run('true; echo $?; false; echo $?; none-such; echo $?; /etc/passwd; echo $?; /etc; echo $?; (exit 300); echo $?')
    app.run('sh -c "exit 255"; echo $?; test 1 -gt 2; echo $?; ! true; echo $?; true && echo and || echo or')
    app.run('{ time -p true; } 2>&1 | cut -d" " -f1; { time sleep 0.1; } 2>&1 | grep -c real')
    app.run('(for i in $(seq 100); do (exit $i) & done; wait); echo a hundred')
    app.run('f() { local n=$1; [ $n -eq 0 ] || (f $((n - 1))); }; f 30; echo thirty deep; for i in $(seq 200); do /bin/true; done; echo $?')
    app.run('i=0; while [ $i -lt 50 ]; do (exit $((i % 3))) && n=$((n + 1)); i=$((i + 1)); done; echo $n; for i in 3 2 1; do (sleep $i; echo $i) & done 2>/dev/null; wait 2>/dev/null')


def play(app):
    app.run('cd /tmp', record=False)
    keys(app)
    jobs(app)
    signals(app)
    app.alive()
