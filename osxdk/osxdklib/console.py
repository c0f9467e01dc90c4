# SPDX-License-Identifier: MPL-2.0
"""console - a guest's serial console under a script: wait for text, send keys, collect what came.

    with Session(machine) as s:
        s.expect(r'\\$ ', 60)
        out = s.run('uname -a')
"""
import re
import select
import socket
import sys
import threading
import time

from .qemu import EXIT_TIMEOUT, Guest, verdict

DEBUG_PATIENCE = 4      # how much slower a debug kernel may be; TIMEOUT= decides over it


class Timeout(Exception):
    """The expected text did not come in time, or the guest ended first."""


class Session:
    """One guest and the text of its console since the start."""

    PROMPT = 'OMEGA-READY> '

    def __init__(self, machine, echo=False, log=None, **guest_options):
        self.sock, theirs = socket.socketpair()
        self.guest = Guest(machine, console=theirs, **guest_options)
        self.echo, self.log = echo, log
        self.patience = DEBUG_PATIENCE if machine.config.debug and not machine.config.timeout else 1
        self.text, self.mark, self.ended = '', 0, False
        self._partial = b''

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.guest.kill()
        self.sock.close()

    def _pump(self, seconds):
        """Takes what the console has to say within `seconds`.  False at the end of the guest."""
        if self.ended:
            return False
        ready, _, _ = select.select([self.sock], [], [], max(seconds, 0))
        if not ready:
            return True
        try:
            data = self.sock.recv(65536)
        except ConnectionResetError:
            data = b''
        if not data:
            self.ended = True
            return False
        self._partial += data
        text = self._partial.decode('utf-8', 'replace')
        if text.endswith('\ufffd') and len(self._partial) < 4:
            return True      # perhaps the first bytes of a longer character
        self._partial = b''
        self.text += text
        if self.log:
            self.log.write(text)
            self.log.flush()
        if self.echo:
            sys.stdout.write(text)
            sys.stdout.flush()
        return True

    def pump_in_background(self):
        """Lets a thread take the console's text from now on."""
        def work():
            while not self.ended:
                try:
                    self._pump(1.0)
                except (OSError, ValueError):    # closed while waiting
                    return
        threading.Thread(target=work, daemon=True).start()

    def expect(self, pattern, timeout=30):
        """Waits for a regular expression after the last match; returns the match."""
        timeout *= self.patience
        deadline = time.monotonic() + timeout
        regex = re.compile(pattern, re.M)
        while True:
            match = regex.search(self.text, self.mark)
            if match:
                self.mark = match.end()
                return match
            left = deadline - time.monotonic()
            if left <= 0 or not self._pump(min(left, 1.0)):
                match = regex.search(self.text, self.mark)
                if match:
                    continue
                why = 'the guest ended' if self.ended else f'no answer in {timeout} s'
                raise Timeout(f'{why}, waiting for {pattern!r}; the console ends in: {self.text[-400:]!r}')

    def drain(self, quiet=0.3):
        """Collects text until the console has been quiet for a while."""
        start = self.mark
        while True:
            size = len(self.text)
            if not self._pump(quiet) or len(self.text) == size:
                break
        self.mark = len(self.text)
        return self.text[start:]

    def send(self, data):
        self.sock.sendall(data.encode() if isinstance(data, str) else data)

    def key(self, letter):
        """Sends a control character: key('C') is ^C."""
        self.send(bytes([ord(letter.upper()) & 0x1f]))

    def login(self, timeout=120):
        """Waits for the root image's shell and gives it a prompt that scripts can wait for."""
        self.expect(r'[$#] (?:\x1b\[[?0-9;]*[a-zA-Z])*$', timeout)
        # Two quoted halves: the echo of the command must not look like the prompt itself.
        self.send("stty -echo; PS1='OMEGA-''READY> ' PS2= PROMPT_COMMAND=; bind 'set enable-bracketed-paste off'; "
                  'bind "set editing-mode emacs"; set +o emacs; TERM=vt100\n')
        self.expect(re.escape(self.PROMPT), timeout)

    def run(self, command, timeout=30):
        """Types a command at the prompt; returns its output with plain line ends."""
        start = self.mark
        self.send(command + '\n')
        match = self.expect(re.escape(self.PROMPT), timeout)
        return self.text[start:match.start()].replace('\r\n', '\n')

    def resize(self, rows, columns):
        """A serial line carries no window size: the guest's terminal is told by stty."""
        return self.run(f'stty rows {rows} cols {columns}')

    def finish(self, good=None, timeout=60):
        """Waits for the guest's end; returns (our exit code, backtrace or '')."""
        deadline = time.monotonic() + timeout * self.patience
        while time.monotonic() < deadline and self._pump(min(1.0, deadline - time.monotonic())):
            pass
        code = self.guest.wait(5) if self.ended else None
        if code is None:
            return EXIT_TIMEOUT, self.guest.backtrace()
        seen = None if good is None else bool(re.search(good, self.text, re.M))
        return verdict(code, seen, self.guest.machine.config.arch), ''


def boot(machine, good, timeout, echo=True, log=None):
    """Runs a guest to its end without input.  Returns (exit code, console text, backtrace)."""
    with Session(machine, echo=echo, log=log) as session:
        code, trace = session.finish(good, timeout)
        return code, session.text, trace
