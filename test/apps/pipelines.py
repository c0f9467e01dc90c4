# SPDX-License-Identifier: MPL-2.0
"""Pipelines, here-documents, redirections and the text tools on generated data."""

TEXT = """cat >poem <<'END'
the quick brown fox
jumps over   the lazy dog
	tabbed $HOME `date` line
pack my box with five dozen liquor jugs
the end
END"""


def pipelines(app):
    app.run('seq 1000 | grep 7 | sed s/7/x/ | sort -r | uniq | tr x 9 | cut -c1-3 | awk \'{ s += $1 } END { print s }\' '
            '| cat | wc -c')
    app.run('seq 1 20 | paste -s -d, | tr , "\\n" | sort -n -r | head -5 | tail -2 | nl | rev | rev | cat -A')
    app.run('yes ok | head -3 | cat -n')
    app.run('yes | head -c 1000000 | wc -c')
    app.run('seq 100000 | sort -R | sort -n | md5sum')
    app.run('seq 200000 | awk \'{ print $1 * 7919 % 100003, $1 }\' | sort -k1,1n -k2,2nr | md5sum')
    app.run('(echo one; echo two >&2; echo three) 2>&1 >/dev/null | cat')
    app.run('for i in a b c; do echo $i; done | while read x; do echo "<$x>"; done | tac')
    app.run('cat /dev/zero | head -c 300000 | tr "\\0" z | fold -w 100 | sort -u | wc')
    app.run('seq 10 | tee copy | wc -l; cat copy | paste - - - - -')
    app.run('true | false; echo "${PIPESTATUS[@]} $?"')
    app.run('set -o pipefail; false | true; echo $?; set +o pipefail')
    app.run('seq 1000000 | head -1; echo "${PIPESTATUS[@]}"')
    app.run('comm -12 <(seq 1 3 30 | sort) <(seq 1 5 30 | sort)')
    app.run('diff <(seq 5) <(seq 2 6)')
    app.run('mkfifo pipe; (sort <pipe &); seq 3 -1 1 >pipe; sleep 0.2; rm pipe')


def documents(app):
    app.run(TEXT)
    app.run('cat poem')
    app.run('cat <<END | tr a-z A-Z\nhello $((6 * 7)) ${USER}\nEND')
    app.run('cat <<-\'END\'\n\ttabs go\n\t\tall $of them\n\tEND')
    app.run('wc <<<"here string with  spaces"')
    app.run('for i in 1 2; do cat <<END; done\nnumber $i\nEND')
    app.run('head -c 200000 /dev/zero | tr "\\0" q >big; cat <<END | wc -c\n$(cat big)\nEND')
    app.run('exec 5<poem; read -u 5 a; read -u 5 b; echo "$b/$a"; exec 5<&-; read -u 5 c; echo $?')
    app.run('echo one >file; echo two >>file; cat <file >file2; cat file2; : >file; wc -c <file')
    app.run('set -C; echo x >file2; echo $?; echo y >|file2; cat file2; set +C')
    app.run('ls none file2 >out 2>err; cat out err')
    app.run('echo to nowhere >/none/file; echo $?')
    app.run('exec 3>&1; echo direct >&3; exec 3>&-; echo gone >&3')
    app.run('cat <>file2; echo text 1<>file2; cat file2')


def text_tools(app):
    app.run('grep -n the poem; grep -c . poem; grep -v -i THE poem; grep -o "[a-z]*o[a-z]*" poem | sort | uniq -c | sort -k1,1nr -k2')
    app.run('mkdir -p tree/a/b tree/c; for d in tree tree/a tree/a/b tree/c; do cp poem $d/file; echo needle >>$d/file; done')
    app.run('grep -r needle tree | sort; grep -rl quick tree | wc -l; grep -q nothing poem; echo $?')
    app.run('grep -E "(fox|dog)$" poem; grep -w over poem; grep -A1 -B1 lazy poem; grep --color=always quick poem | cat -v')
    app.run("sed -n '2p;$p' poem; sed 's/\\([a-z]*\\) \\([a-z]*\\)/\\2 \\1/' poem; sed '/lazy/d' poem | sed = | sed 'N;s/\\n/:/'")
    app.run("sed -i.old 's/quick/slow/' poem; head -1 poem poem.old; sed -e ':a' -e '$!N;s/\\n/+/;ta' <(seq 5); sed 'y/abc/xyz/;1!G;h;$!d' poem")
    app.run("awk '{ n[length($1)]++ } END { for (k in n) print k, n[k] | \"sort\" }' poem; awk -F: '{ print $1, NF }' /etc/passwd | head -3")
    app.run("awk 'BEGIN { for (i = 1; i <= 5; i++) printf \"%d %s %.3f\\n\", i * i, substr(\"abcdef\", i, 2), sqrt(i) }'")
    app.run('cut -d" " -f1,3 poem; tr -s " " <poem | tr -d aeiou; expand poem | head -3; fmt -w 20 poem; join <(seq 3 | nl) <(seq 2 4 | nl)')
    app.run('echo "3 10 2 1" | tr " " "\\n" | sort; echo "3 10 2 1" | tr " " "\\n" | sort -n | paste -s; shuf -i 1-5 | sort | paste -s -d+')
    app.run('split -l 2 poem part.; ls part.*; cat part.* | cmp - poem && echo same; csplit -s poem 3; wc -l xx*')
    app.run('od -A d -t x1z -N 32 poem; printf "%05d|%-8s|%x|%e\\n" 42 left 255 3.14; echo -e "a\\tb\\\\n\\x41"; expr 7 \\* 6; numfmt --to=iec 1234567')
    app.run('seq 50000 >nums; md5sum nums; sha1sum nums; sha256sum nums; sha512sum nums | cut -c1-40; cksum nums; b2sum nums | cut -c1-40; base64 nums | md5sum')
    app.run('sha256sum poem nums >sums; sha256sum -c sums; echo x >>poem; sha256sum -c sums; echo $?')
    app.run('factor 1234567890 97; date -u -d @1000000000; date -u -d "2024-02-29 12:00 +1 day" +%F; cal 2>/dev/null | wc -l; basename /a/b.c .c; dirname /a/b')


def play(app):
    app.run('cd /tmp; mkdir text; cd text', record=False)
    pipelines(app)
    documents(app)
    text_tools(app)
    app.alive()
