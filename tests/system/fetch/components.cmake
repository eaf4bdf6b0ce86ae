set(SUITE_COMPONENTS isolator_process fetcher_curl)
set(SUITE_LABELS runtime)
