set(SUITE_COMPONENTS core runtime isolator_process isolator_cgroups)
set(SUITE_LABELS runtime)
set(SUITE_TIMEOUT_SECONDS 300)
