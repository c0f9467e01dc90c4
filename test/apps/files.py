# SPDX-License-Identifier: MPL-2.0
"""Files and folders: find, dd, tar, cp, mv, ln, ls, stat, permissions, big files."""

MASKS = [(r'^BusyBox v.* multi-call', 'BusyBox VERSION multi-call'), (r'\d+(\.\d+)? s, [\d.]+ [kMG]?B/s', 'TIME, RATE'), (r'copied, [\d.e-]+ s, .*', 'copied, TIME'), (r'\.\d{9} \+0000', '.NS +0000')]


def trees(app):
    # What is in the image changes with Debian's packages: compared here are its parts with each other.
    app.run('find / -xdev | sort | uniq -c | awk \'$1 != 1\'; find / -xdev | sort -u >all; [ $(wc -l <all) -gt 500 ] && echo many; grep -x "/usr/bin/bash\\|/bin\\|/etc/passwd\\|/root" all')
    app.run('rm all; find /usr/bin -type l -name "vi*" | sort; find /usr/bin -size +1000k -name bash; find /etc -maxdepth 1 -type d -name skel')
    app.run('find /usr/lib /usr/share -xdev -type f -exec md5sum {} + | sort -k2 >sums; md5sum -c sums | grep -c -v "OK$"; cat $(cut -c35- sums) | md5sum >1; cut -c35- sums | xargs cat | md5sum | cmp - 1 && echo same; rm 1 sums')
    app.run('mkdir -p d/e/f d/g; touch d/1 d/e/2 d/e/f/3 "d/g/a b"; ln -s ../1 d/e/l; find d | sort; find d -name "[12]" -o -type l | sort; find d -type d -empty')
    app.run('find d -print0 | sort -z | xargs -0 -n 2 echo; find d -type f -exec echo {} \\; | sort; touch -d @5 d/1 d/e/2; find d -newer d/1 | wc -l; find d -depth -mindepth 2 -exec rm -d {} +; find d | sort')
    app.run('ls -la d | awk \'{ print $1, $2, $3, $4, $NF }\'; ls -A /etc/skel; ls -dF /bin /usr /init /dev/null /proc | sort')
    app.run('du -a d | cut -f2 | sort; rmdir d/g; rm -rf d; ls d')


def copying(app):
    app.run('dd if=/dev/zero of=zero bs=1000 count=3000; dd if=zero of=copy bs=64k iflag=fullblock 2>&1 | head -2; cmp zero copy && du -k --apparent-size copy')
    app.run('seq 300000 | dd of=seq bs=777 2>/dev/null; dd if=seq bs=1 skip=1000 count=20 2>/dev/null | od -c; dd if=seq of=seq bs=1 seek=10 count=5 conv=notrunc 2>/dev/null; head -c 20 seq')
    app.run('dd if=/dev/urandom of=random bs=4096 count=500 2>/dev/null; cp random random2; cmp random random2; cat random random2 | wc -c; tail -c 100 random | cmp - <(tail -c 100 random2); gzip -k random; gunzip -c random.gz | cmp - random; echo $?')
    app.run('dd if=/dev/zero of=sparse bs=1 count=1 seek=100M 2>/dev/null; stat -c %s sparse; [ $(du -k sparse | cut -f1) -lt 1000 ] && echo sparse; cp sparse sparse2; cmp sparse sparse2; truncate -s 10 sparse; wc -c <sparse')
    app.run('dd if=/dev/full count=1 2>/dev/null | wc -c; echo x >/dev/full; dd if=none; dd of=/none/x </dev/null; dd if=/dev/zero of=/dev/full bs=1 count=1 2>&1 | head -1')
    app.run('rm -f zero copy seq random* sparse*; mkdir a; cd a; mkdir -p x/y; echo 1 >x/1; echo 2 >x/y/2; ln x/1 x/hard; ln -s y/2 x/sym; mkfifo x/fifo; chmod 640 x/1; touch -d "2001-02-03 04:05:06 UTC" x/y/2 x/y; cd ..')
    app.run('cp -a a b; (cd a; find . | sort | xargs stat -c "%n %F %a %h %s") >1; (cd b; find . | sort | xargs stat -c "%n %F %a %h %s") >2; cmp 1 2; cat 2 | sed "s/ [0-9]*$//"; readlink b/x/sym; stat -c "%y %a" b/x/y/2')
    app.run('cp b/x/1 b/x/copy; cp -r b c; cp b/x none/; cp b c; ls c; cp -s /tmp/files/b/x/1 link; readlink link; cp -l b/x/1 hl; stat -c %h hl; cp -u b/x/1 hl; install -m 751 b/x/1 inst; stat -c %a inst')
    app.run('mv c d; mv d/x/1 d/x/one; ls d/x d 2>&1; mv none x; mv -n d/x/one inst; mv d/x/one inst; cat inst; mv inst b/; ls b; mv b/x b/x/y 2>&1')
    app.run('ln -s loop loop; cat loop; ln link none/x; ln -s /etc etc; ls -d etc/passwd; cd etc/..; pwd; pwd -P; cd /tmp/files; realpath etc/../tmp; rm loop link etc; rm none; rm -f none; echo $?; rm b; rmdir b')


def tars(app):
    app.run('tar cf t.tar b; tar tf t.tar | sort; mkdir out; tar xf t.tar -C out; diff -r b/x/y out/b/x/y && stat -c "%a %y" out/b/x/y/2; ls -l out/b/x/fifo | cut -c1-10; stat -c %h out/b/x/hard')
    app.run('tar czf t.tgz -C / usr/share/vim usr/sbin; rm -rf out; mkdir out; tar xzf t.tgz -C out; diff -r /usr/share/vim out/usr/share/vim && echo same; tar cf - out | (mkdir again; cd again; tar xf -); diff -r out again/out && echo same again')
    app.run('find b | sort | cpio -o -H newc 2>/dev/null | (mkdir cp; cd cp; cpio -i -d 2>/dev/null; find . | sort; cat b/x/1); head -c 600 t.tar >bad.tar; tar tf bad.tar; echo $?; head -c 5000 t.tgz >bad.tgz; tar xzf bad.tgz -C out; echo $?; rm -rf out again cp t.* bad.*')


def permissions(app):
    app.run('umask; umask 077; touch private; umask 022; touch public; stat -c "%n %a" private public; chmod u=rwx,go= public; chmod +x private; chmod 1777 .; stat -c "%n %a %A" . private public')
    app.run('echo "echo it runs" >s; ./s; chmod +x s; ./s; echo "#!/bin/sh\necho script $0 $1" >s; ./s arg; printf "#!/none\n" >s; ./s; echo $?; printf "#!/bin/cat\ntext\n" >s; ./s')
    app.run('chown 1000:1000 public; stat -c "%u %g" public; chmod 600 public; busybox su -s /bin/sh nobody -c "id -u; cat /tmp/files/public; cat /root/x; touch /tmp/files/mine; rm -f /tmp/files/public; echo \\$?"; stat -c %U mine')
    app.run('touch -d @0 old; date -u -r old; touch -r old old2; [ old -nt public ] || echo older; test -e none || echo none; test -d . && echo dir; test -x s && echo x; test -s public || echo empty; test -L s; echo $?')
    app.run('mkdir deep; cd deep; for i in $(seq 100); do mkdir -p dddddddddd; cd dddddddddd; done; pwd | wc -c; touch here; cd /tmp/files; find deep | wc -l; find deep -name here | wc -c; rm -rf deep; ls deep 2>&1')
    app.run('mkdir many; cd many; seq 3000 | xargs touch; ls | wc -l; ls -U | sort -n | tail -1; rm -f *5; ls | wc -l; cd ..; rm -rf many; ls')
    app.run('sync; sync s; mktemp -u | wc -c; t=$(mktemp -d); rmdir $t; echo $?; cd /proc/self; cd /; : >/tmp/files/"name with \\"quotes\\" and\nnewline"; ls -b /tmp/files | grep name; rm -rf /tmp/files; cd /tmp')


def play(app):
    app.run('set +H; mkdir /tmp/files; cd /tmp/files', record=False)
    trees(app)
    copying(app)
    tars(app)
    permissions(app)
    app.alive()
