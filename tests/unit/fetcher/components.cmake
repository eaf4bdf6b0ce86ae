set(SUITE_COMPONENTS fetcher_curl)
set(SUITE_LABELS runtime)
