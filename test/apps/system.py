# SPDX-License-Identifier: MPL-2.0
"""What looks at the system: ps, top, free, df, mount, uptime, id, limits, /proc, the clock, mounts."""
import re

MASKS = [(r'^\[\d\][-+ ] +Terminated .*\n', ''), (r'^/lib\S*/ld-linux-\S+', 'LOADER')]


def fields(text, names):
    return [name for name in names if name not in text]


def processes(app):
    app.run('sleep 500 & sleep 501 & sleep 0.2', record=False)
    app.run('ps -e -o comm= | grep -c sleep; ps -o comm=,args= -C sleep | sort; ps -o ppid= -p $! | tr -d " " | sed "s/^$$$/parent/"; ps -o pgid=,sid= -p $! | awk \'{ print NF }\'')
    text = app.run('ps aux', record=False)
    app.check('ps aux has its columns', re.match(r'\s*USER +PID %CPU %MEM +VSZ +RSS TTY +STAT START +TIME COMMAND', text), text[:200])
    app.check('ps aux shows sleep', re.search(r'^root +\d+ .* S\w? .* sleep 500$', text, re.M), text[-500:])
    app.check('ps aux shows itself running', re.search(r'^root +\d+ .* R\+? .* ps aux$', text, re.M), text[-500:])
    app.run('ps -ef | awk \'NR == 1\'; ps -p 1 -o pid=,ppid=,stat= | awk \'{ print $1, $2, substr($3, 1, 1) }\'; ps -p $$ -o tty=; ps --ppid $$ -o comm= | sort')
    app.run('pgrep -c sleep; pgrep -f "sleep 501" | wc -l; pkill -f "sleep 501"; sleep 0.2; pgrep -c sleep; pidof sleep | wc -w; kill %1; wait 2>/dev/null; pgrep sleep; echo $?')
    text = app.run('top -b -n 1 | head -12', record=False)
    missing = fields(text, ['load average:', 'Tasks:', '%Cpu(s):', 'MiB Mem :', 'MiB Swap:', 'PID USER', 'COMMAND'])
    app.check('top -b -n 1', not missing, f'    missing {missing} in {text}\n')
    app.run('pmap $$ | grep -c stack; pwdx $$ | sed "s/.*: //"; cat /proc/self/comm; tr "\\0" " " </proc/self/cmdline; echo; readlink /proc/self/exe')
    app.run('ls -l /proc/self/fd | awk \'NR > 1 { print $9, $11 }\' | sed "s,pipe:.*,PIPE," | head -3; ls /proc/$$/task | wc -l; head -1 /proc/$$/status')


def machine(app):
    text = app.run('free', record=False)
    numbers = [int(n) for n in re.findall(r'\d+', text)]
    app.check('free', len(numbers) >= 9 and numbers[0] > numbers[1] and numbers[0] > numbers[2] > 0, text)
    app.run('free -m | awk \'{ print $1, NF }\'; vmstat 1 2 | awk \'{ print (NF > 16) }\'; uptime | grep -c "load average"; w | wc -l')
    app.equal('uname -m, arch', app.run('uname -m; arch', record=False).split(), [app.arch] * 2)
    app.run('uname -s; uname -r | grep -c "^[0-9]*\\."; [ $(nproc) = $(grep -c ^processor /proc/cpuinfo) ]; echo $?; hostname; cat /proc/sys/kernel/hostname; cat /proc/sys/kernel/ostype')
    app.run('id; whoami; groups; id nobody; busybox su nobody -s /bin/sh -c id; logname 2>&1 | wc -l; tty | grep -c /dev/')
    app.run('ulimit -n 100; ulimit -n; ulimit -s; ulimit -c; ulimit -u | grep -c .; (ulimit -f 10; yes >big; echo $?; stat -c %s big); (ulimit -n 5; cat /etc/passwd 3</dev/null 4</dev/null | wc -l)')
    app.run('[ $(grep -c ^processor /proc/cpuinfo) = $(grep -c ^cpu[0-9] /proc/stat) ]; echo $?; awk \'/^(MemTotal|MemFree|MemAvailable|Buffers|Cached|SwapTotal):/ { print $1, $3 }\' /proc/meminfo; wc -w </proc/uptime; awk \'{ print $1 }\' /proc/stat | sort -u | grep -v softirq | grep -v cpu[1-9]; wc -w </proc/loadavg; cut -d" " -f1-2 /proc/version')
    app.run('date -s 2027-01-01 +%Y; a=$(date +%s%N); sleep 0.1; b=$(date +%s%N); [ $((b - a)) -ge 100000000 ] && echo slept; [ $EPOCHSECONDS -eq $(date +%s) ] || [ $((EPOCHSECONDS - 1)) -le $(date +%s) ] && echo same; TZ=UTC-3 date -d @0')
    app.run('env | grep -c PATH=; env -i A=1 env; printenv HOME; env A=b sh -c "echo \\$A"; sh -c \'echo $0 "$@"\' x y "z w"; echo $((2 ** 62)) $((7 / 2)) $((-7 % 3)); echo $RANDOM$RANDOM | grep -c "[0-9]"; echo ~ ~root; echo {1..3}{a,b}')


def mounts(app):
    app.run('mount | awk \'$3 == "/proc" || $3 == "/dev" { print $3, $5 }\' | sort; mkdir m; mount -t tmpfs -o size=1m none m; df -k m | awk \'NR == 2 { print $1, $2, $3, $6 }\'; mount | grep -c " $PWD/m "')
    app.run('dd if=/dev/zero of=m/x bs=4k 2>&1 | grep -c "No space left"; df m | awk \'NR == 2 { print $5 }\'; rm m/x; echo y >m/y; mount -o remount,ro m; echo z >m/z; cat m/y; umount m; ls m; umount m; echo $?')
    app.run('mkdir b; echo in >b/f; mount --bind b m; cat m/f; umount m; stat -f -c %T /proc; stat -c "%F %t %T" /dev/null /dev/console; ls /dev | grep -x "null\\|zero\\|full\\|random\\|urandom\\|tty\\|console\\|kmsg" | sort')
    app.run('echo "<5>hello from user space" >/dev/kmsg; dmesg | grep -c "hello from user space"; head -c 10 /dev/zero | od -An -c; cat /dev/null | wc -c; head -c 100 /dev/urandom | wc -c; echo text >/dev/null; echo to the terminal >/dev/tty')
    app.run('cd m; rmdir ../m; pwd; ls; touch x; cd ..; pwd; ls -1 --color=never; mkdir -p r/bin; cp /bin/busybox r/bin; chroot r /bin/busybox sh -c "/bin/busybox ls /; /bin/busybox pwd"; chroot r /bin/none; echo $?')
    app.run('which ls vi bash; type cd; /lib*/ld-linux-*.so.? --list /bin/bash | awk \'{ print $1 }\' | sort; busybox | head -1 | cut -c1-10; bash --version | cut -c1-8 | head -1; dash -c "echo dash"; ls --version | cut -c1-8 | head -1; vi --version | cut -c1-15 | head -1; file=/bin/ls; head -c 4 $file | od -An -c')


def play(app):
    app.run('mkdir /tmp/sys; cd /tmp/sys; exec 9</dev/null', record=False)
    processes(app)
    machine(app)
    mounts(app)
    app.alive()
