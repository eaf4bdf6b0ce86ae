set(SUITE_COMPONENTS simulator)
set(SUITE_LABELS simulation)
set(SUITE_PROGRAMS mesoscore-sim)
set(SUITE_TIMEOUT_SECONDS 900)
