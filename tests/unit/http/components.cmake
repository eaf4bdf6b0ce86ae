set(SUITE_COMPONENTS http_client)
set(SUITE_LABELS runtime)
