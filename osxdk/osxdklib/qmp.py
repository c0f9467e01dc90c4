# SPDX-License-Identifier: MPL-2.0
"""qmp - QEMU's machine protocol over a socket whose other end QEMU inherited."""
import json
import socket


class QmpError(Exception):
    """QEMU refused a command or has gone."""


class Qmp:
    """One connection; commands are answered in order, events in between are kept."""

    def __init__(self, sock, timeout=10):
        self.sock, self.buffer, self.events = sock, b'', []
        sock.settimeout(timeout)
        self._read()                      # the greeting
        self.command('qmp_capabilities')

    def _read(self):
        while b'\n' not in self.buffer:
            try:
                data = self.sock.recv(65536)
            except (socket.timeout, OSError) as error:
                raise QmpError(f'QEMU does not answer: {error}') from None
            if not data:
                raise QmpError('QEMU has gone')
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b'\n')
        return json.loads(line)

    def command(self, name, **arguments):
        message = {'execute': name}
        if arguments:
            message['arguments'] = arguments
        try:
            self.sock.sendall(json.dumps(message).encode() + b'\n')
        except OSError as error:
            raise QmpError(f'QEMU has gone: {error}') from None
        while True:
            answer = self._read()
            if 'return' in answer:
                return answer['return']
            if 'error' in answer:
                raise QmpError(answer['error'].get('desc', 'refused'))
            self.events.append(answer)

    def monitor(self, line, cpu=None):
        """Runs a command of the human monitor and returns its text."""
        arguments = {'command-line': line}
        if cpu is not None:
            arguments['cpu-index'] = cpu
        return self.command('human-monitor-command', **arguments).replace('\r', '')
