set(SUITE_PROGRAMS test_system_cgroups)
set(SUITE_TIMEOUT_SECONDS 240)
