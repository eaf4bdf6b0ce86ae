set(SUITE_COMPONENTS core)
set(SUITE_PROGRAMS mesoscore-master mesoscore-agent mesoscore-soak-scheduler)
set(SUITE_TIMEOUT_SECONDS 300)
