# SPDX-License-Identifier: MPL-2.0
"""rsp - a small client of a gdb stub: stop the guest, read registers and memory, let it go on.

Spec: the GDB manual, appendix "GDB Remote Serial Protocol".
"""
import socket

STOP_BYTE = b'\x03'


class RspError(Exception):
    """The stub went away or said something unexpected."""


class Stub:
    """A connection; the guest is stopped after it is made."""

    def __init__(self, sock, timeout=30):
        self.sock, self.buffer = sock, b''
        sock.settimeout(timeout)
        if self.ask('QStartNoAckMode') == 'OK':
            self._send_raw(b'+')
        self.ask('?')

    def _send_raw(self, data):
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise RspError(f'the guest has gone: {error}') from None

    def _byte(self):
        if not self.buffer:
            try:
                self.buffer = self.sock.recv(65536)
            except (socket.timeout, OSError) as error:
                raise RspError(f'the guest does not answer: {error}') from None
            if not self.buffer:
                raise RspError('the guest has gone')
        first, self.buffer = self.buffer[:1], self.buffer[1:]
        return first

    def _receive(self):
        while self._byte() != b'$':
            pass                        # acknowledgements
        packet = b''
        while (byte := self._byte()) != b'#':
            packet += byte
        self._byte(), self._byte()      # the checksum; the transport is reliable
        return packet.decode('latin-1')

    def _send(self, text):
        data = text.encode()
        self._send_raw(b'$' + data + b'#%02x' % (sum(data) & 0xff))

    def ask(self, text):
        self._send(text)
        return self._receive()

    def go_on(self):
        self._send('c')

    def stop(self):
        """Stops the guest; what it was doing can be read until go_on()."""
        self._send_raw(STOP_BYTE)
        answer = self._receive()
        if answer[:1] in ('W', 'X'):
            raise RspError('the guest has ended')
        if answer[:1] not in ('T', 'S'):
            raise RspError(f'unexpected answer to a stop: {answer}')

    def detach(self):
        """Lets the guest run on without us."""
        try:
            self._send('D')
            self.sock.close()
        except (RspError, OSError):
            pass

    def cpus(self):
        """The stub's names of the CPUs."""
        answer = self.ask('qfThreadInfo')
        names = []
        while answer.startswith('m'):
            names += answer[1:].split(',')
            answer = self.ask('qsThreadInfo')
        return names

    def select(self, cpu):
        if self.ask('Hg' + cpu) != 'OK':
            raise RspError(f'no CPU {cpu}')

    def registers(self):
        """The bytes of all registers of the selected CPU, in the architecture's order."""
        return bytes.fromhex(self.ask('g').replace('x', '0'))

    def memory(self, address, size):
        """Bytes through the selected CPU's page tables; None where nothing is mapped."""
        answer = self.ask(f'm{address:x},{size:x}')
        data = b'' if answer.startswith('E') else bytes.fromhex(answer)
        return data if len(data) == size else None
