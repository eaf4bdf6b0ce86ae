set(SUITE_COMPONENTS core runtime isolator_process isolator_cgroups isolator_linux)
set(SUITE_LABELS runtime)
