set(SUITE_COMPONENTS core runtime isolator_process isolator_linux)
set(SUITE_LABELS runtime)
set(SUITE_TIMEOUT_SECONDS 300)
