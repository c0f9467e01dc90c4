# SPDX-License-Identifier: MPL-2.0
"""debugsuite - the tests again on the debug build: KASAN, UBSan, leak accounting, failing allocations."""


def suite_debug(config, log):
    """KTESTs and system call tests on the debug build; nothing when that is what all suites run on."""
    from .suites import Result, suite_abi, suite_ktest
    if config.debug:
        return Result(note='the other suites are on the debug build already')
    config, total = config.with_profile('debug'), Result()
    for suite in (suite_ktest, suite_abi):
        result = suite(config, log)
        total.passed += result.passed
        total.failed += result.failed
        total.details += result.details
    return total
