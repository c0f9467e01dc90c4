# SPDX-License-Identifier: MPL-2.0
"""The kernel's log as a person reads it: dmesg and its options, /dev/kmsg, /proc/kmsg, console levels."""
import os

# What util-linux needs and dmesg does not, or the root image has.
ASSUMED = ('init-system-helpers', 'libc6', 'libcap-ng0', 'libcrypt1', 'libpam-modules', 'libpam-runtime', 'libpam0g', 'libselinux1',
           'libsystemd0', 'libtinfo6', 'libudev1', 'util-linux-extra', 'zlib1g')
MASKS = [(r'\[ *\d+\.\d{6}\] ', '[TIME] '), (r'\[ *\d+\.\d{6} <', '[TIME <'), (r'^\[[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ [\d:]{8} \d{4}\] ', '[DATE] '),
         (r'^\d{4}-\d\d-\d\dT[\d:,]{15}\+00:00 ', 'ISO '), (r'<\+? *\d+\.\d{6}>', '<DELTA>'),
         (r'^\[[A-Z][a-z]{2}\d\d \d\d:\d\d\] ', '[SHORT] '), (r'^\[ *\+\d+\.\d{6}\] ', '[SHORT] '),
         (r'^(<?\d+>?,)\d+,\d+,', r'\1SEQUENCE,TIME,'), (r'^(<\d+>)\[ *\d+\.\d+\] ', r'\1[TIME] ')]


def files(config):
    """Debian's dmesg: the root image has BusyBox's, which knows three options."""
    from osxdklib.apt import AptRoot, extract_file
    from osxdklib.debian import PORTS
    path = os.path.join(config.arch_dir, 'images', 'dmesg')
    if not os.path.exists(path):
        port = PORTS[config.arch]
        debs = AptRoot(config.build_root, port.suite, port.arch, ASSUMED).fetch(['util-linux'])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(extract_file(debs['util-linux'], '(usr/)?bin/dmesg'))
        os.chmod(path, 0o755)
    return {'/usr/bin/dmesg': path}


def options(app):
    """What dmesg shows of records that user space wrote, in each of its forms."""
    app.run('date -s 2027-01-01', record=False)     # Debian's kernel for loong64 has no driver of the battery clock built in
    app.run('dmesg -n 1; dmesg -C; dmesg | wc -l; for n in 1 2 3 4 5 6 7; do echo "<$n>level $n" >/dev/kmsg; done; echo no level >/dev/kmsg; dmesg')
    app.run('echo "<30>daemon info" >/dev/kmsg; echo "<11>user: error" >/dev/kmsg; dmesg -x')
    app.run('dmesg -l err; dmesg -l emerg,alert -x; dmesg -f daemon; dmesg -f user -l err,info | wc -l; dmesg -u | wc -l; dmesg -k | wc -l')
    app.run('dmesg -T | head -2; dmesg -t | head -2; dmesg -d | head -2; dmesg --time-format iso | tail -1; dmesg -e | tail -1; dmesg -r | tail -2')
    app.run('dmesg -S | tail -2; dmesg -S -r | tail -1; dmesg -J | grep -c level; dmesg -H --nopager -L=never | tail -1; dmesg -s 300 -S | wc -l')
    app.run('dmesg -l loud; echo $?; dmesg -n 9; echo $?; dmesg -n nothing; echo $?; dmesg --since "1 hour ago" | wc -l; dmesg --until "1 hour ago" | wc -l')


def clearing(app):
    app.run('dmesg -c | wc -l; dmesg -c | wc -l; echo after >/dev/kmsg; dmesg -t; dmesg -C; dmesg; dmesg -S')


def following(app):
    """dmesg -w and -W, and a reader of /proc/kmsg, see records as they come."""
    app.run('echo "before" >/dev/kmsg; (dmesg -w -t >w & dmesg -W -t >W & sleep 1; echo "<4>while watched" >/dev/kmsg; echo "last" >/dev/kmsg; sleep 1; kill $(jobs -p) 2>/dev/null); cat w; echo ==; cat W')
    app.run('(cat /proc/kmsg >k & sleep 1; echo "<3>to proc" >/dev/kmsg; sleep 1; kill $! 2>/dev/null); tail -1 k; dd if=/proc/kmsg iflag=nonblock bs=4096 count=1 2>&1 >/dev/null | grep -c -i "unavailable"')


def records(app):
    """The form of a record in /dev/kmsg, and what a writer may do."""
    app.run('dmesg -C; printf "<5>a\\tb\\001c\\\\\\\\\\n" >/dev/kmsg; timeout --foreground 1 cat /dev/kmsg | tail -1; dmesg -t | od -c | head -3')
    app.run('printf "no newline" >/dev/kmsg; printf "<300>kernel facility\\n" >/dev/kmsg; printf "<x>not a level\\n" >/dev/kmsg; printf "<4294967295>big\\n" >/dev/kmsg; printf "<>none\\n" >/dev/kmsg; dmesg -t -x | tail -5')
    app.run('head -c 1100 /dev/zero | tr "\\0" x >/dev/kmsg; echo $?; head -c 2000 /dev/zero | tr "\\0" y | dd of=/dev/kmsg bs=2000 2>&1 | head -1; printf "one\\ntwo\\n" >/dev/kmsg; dmesg -t | tail -3 | cut -c1-60; dmesg -S -r | tail -2')


def console(app):
    """Which records reach the console: printk's levels, dmesg -n, -D and -E."""
    app.run('cut -f2- /proc/sys/kernel/printk; dmesg -n 5; cut -f1 /proc/sys/kernel/printk; echo "4 4 1 7" >/proc/sys/kernel/printk; cat /proc/sys/kernel/printk')
    app.run('dmesg -n 4; echo "<4>stays in the log" >/dev/kmsg; echo "<3>comes to the console" >/dev/kmsg; sleep 0.3')
    app.run('dmesg -D; echo "<1>quiet now" >/dev/kmsg; sleep 0.3; dmesg -E; echo "<1>loud again" >/dev/kmsg; sleep 0.3; dmesg -n 1; echo "<1>only emergencies" >/dev/kmsg; sleep 0.3')
    app.run('echo 0 >/proc/sys/kernel/dmesg_restrict; cat /proc/sys/kernel/dmesg_restrict; busybox su nobody -s /bin/sh -c "dmesg -t | tail -1"; echo 1 >/proc/sys/kernel/dmesg_restrict; busybox su nobody -s /bin/sh -c "dmesg; echo \\$?; cat /dev/kmsg; echo x >/dev/kmsg; cat /proc/kmsg; dmesg -C"; echo 0 >/proc/sys/kernel/dmesg_restrict')


def play(app):
    app.run('mkdir /tmp/log; cd /tmp/log; hash -r; unset -f dmesg', record=False)
    options(app)
    clearing(app)
    following(app)
    records(app)
    console(app)
    app.alive()
