# SPDX-License-Identifier: MPL-2.0
"""kernel - reading the kernel's structures under gdb: constants, references, lists, trees, text."""
import gdb


def var(name, file=None):
    """A variable; `file` names the one meant among statics."""
    return gdb.parse_and_eval(f"'{file}'::{name}" if file else name)


def const(name):
    return int(gdb.parse_and_eval(name))


def struct(name):
    return gdb.lookup_type('struct ' + name)


def as_struct(pointer, name):
    """A pointer (or an address) as the struct that it points to."""
    return gdb.Value(int(pointer)).cast(struct(name).pointer()).dereference()


def number(value):
    """The value of an integer, or of an atomic."""
    return int(value['_v']) if value.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT else int(value)


def target(ref):
    """What a counted reference points to; None when it is empty."""
    pointer = ref['_p']
    return pointer.dereference() if int(pointer) else None


def offset_of(type_name, member):
    return next(f.bitpos // 8 for f in struct(type_name).fields() if f.name == member)


def elements(values, type_name, member):
    """The structs whose field `member` is each of the links."""
    offset = offset_of(type_name, member)
    for link in values:
        yield as_struct(link - offset, type_name)


def list_of(raw, type_name, member):
    """The elements of a LIST_TYPE, in order."""
    def links():
        at = raw['_raw']['_first']
        while int(at):
            yield int(at)
            at = at['_next']
    return elements(links(), type_name, member)


def tree_of(raw, type_name, member):
    """The elements of a TREE_TYPE, by rising key."""
    def links():
        stack, at = [], raw['_raw']['_root']
        while stack or int(at):
            while int(at):
                stack.append(at)
                at = at['_left']
            at = stack.pop()
            yield int(at)
            at = at['_right']
    return elements(links(), type_name, member)


def memory(address, size):
    return bytes(gdb.selected_inferior().read_memory(int(address), int(size))) if size else b''


def text(address, size):
    return memory(address, size).decode('utf-8', 'replace')


def name_in(array):
    """A name in an array of char: up to its NUL."""
    return text(array.address, array.type.sizeof).partition('\0')[0]


def type_name(thing):
    """The object type of a struct: what it was allocated as, which may be a subtype."""
    return as_struct(thing.address, 'object')['_type']['_name'].string()


def processes():
    return tree_of(var('world')['processes'], 'process', 'node')


def process(argument):
    """The process whose number a command was given."""
    if not argument.strip().isdecimal():
        raise gdb.GdbError('give the number of a process: omega tasks lists them')
    for one in processes():
        if int(one['pid']) == int(argument):
            return one
    raise gdb.GdbError(f'no process {argument.strip()}: omega tasks lists them')


def threads(of):
    return list_of(of['threads'], 'thread', 'peer')


def first_thread(of):
    for one in threads(of):
        return one
    raise gdb.GdbError(f'process {int(of["pid"])} has no thread left')


def cpu_count():
    return int(var('boot_info')['cpu_count'])


class Command(gdb.Command):
    """`omega NAME`: `show(argument)` yields the lines."""

    def __init__(self):
        super().__init__('omega ' + self.name, gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        try:
            for line in self.show(argument):
                print(line)
        except gdb.error as error:      # memory that is not mapped yet, a type that this build lacks
            raise gdb.GdbError(f'omega {self.name}: {error}') from None
