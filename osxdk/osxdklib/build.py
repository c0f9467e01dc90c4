# SPDX-License-Identifier: MPL-2.0
"""build - Meson and Ninja for one architecture and profile; leaves build/<arch>/omegaos."""
import fcntl
import os
import subprocess

from .config import Refused


class Lock:
    """Two osxdk runs in one build folder wait for each other: Ninja does not."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.path = os.path.join(folder, '.lock')

    def __enter__(self):
        self.file = open(self.path, 'w', encoding='utf-8')
        fcntl.flock(self.file, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_):
        self.file.close()


def meson_options(config):
    return [f'-Dprofile={config.profile}', f'-Dktests={"true" if config.profile != "release" else "false"}',
            f'-Dfeatures={",".join(config.features)}', f'-Dwithout={",".join(config.without)}']


def _quietly(command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode != 0:
        print(result.stdout)
        raise Refused('meson could not configure the build (its output is above)')


def require_port(config):
    """Refuses an architecture that lacks a part of the kernel."""
    for part in (f'osxtd/src/arch/{config.arch}/kernel.ld', f'kernel/arch/{config.arch}/meson.build', f'tools/meson/{config.arch}.ini'):
        if not os.path.exists(os.path.join(config.kit, part)):
            raise Refused(f'OSXDK_TARGET_ARCH={config.arch}: the kernel is not ported to it yet ({part} is missing)')


def configure(config):
    """Configures the Meson folder when it is new or its options differ."""
    require_port(config)
    folder, options = config.meson_dir, meson_options(config)
    stamp = os.path.join(folder, '.osxdk-options')
    wanted = '\n'.join(options)
    configured = os.path.exists(os.path.join(folder, 'build.ninja'))
    if configured and os.path.exists(stamp):
        with open(stamp, encoding='utf-8') as file:
            if file.read() == wanted:
                _quietly(['ninja', '-C', folder, 'build.ninja'])    # Meson again if a meson.build changed
                return
    if configured:
        _quietly(['ninja', '-C', folder, 'build.ninja'])    # it may not know a new option yet
        command = ['meson', 'configure', folder] + options
    else:
        cross = os.path.join(config.kit, 'tools/meson', config.arch + '.ini')
        native = os.path.join(config.kit, 'tools/meson/native.ini')
        command = ['meson', 'setup', folder, config.root, '--cross-file', cross, '--native-file', native] + options
    _quietly(command)
    with open(stamp, 'w', encoding='utf-8') as file:
        file.write(wanted)


def ninja(config, *targets):
    """Runs Ninja as far as it gets; its output passes through, without the commands unless V=1."""
    command = ['ninja', '-C', config.meson_dir, '-k', '0'] + ([] if config.verbose else ['--quiet']) + list(targets)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout:
            if config.verbose or not line.startswith(('clang-22 ', 'ninja: ')):
                print(line, end='', flush=True)
    if process.returncode != 0:
        raise Refused('the build failed')


def _publish(kernel, path):
    scratch = f'{path}.{os.getpid()}'
    os.link(kernel, scratch)
    os.replace(scratch, path)
    if os.path.exists(scratch):   # rename(2) of two links to one file does nothing
        os.unlink(scratch)


_built = set()


def build(config):
    """Builds the kernel, once in a run of osxdk, and returns the path of its ELF file."""
    with Lock(config.meson_dir):
        if config.meson_dir in _built:
            return config.kernel_path
        configure(config)
        ninja(config)
        kernel = os.path.join(config.meson_dir, 'omegaos')
        if not os.path.exists(kernel):
            raise Refused('no kernel was linked: sources or the linker script are missing')
        if kernel != config.kernel_path:
            _publish(kernel, config.kernel_path)
        _built.add(config.meson_dir)
    return config.kernel_path
