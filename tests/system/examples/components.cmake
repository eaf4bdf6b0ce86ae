set(SUITE_COMPONENTS core recording)
set(SUITE_PROGRAMS
  mesoscore-master mesoscore-agent mesoscore-run mesoscore-ctl
  mesoscore-pod mesoscore-custom-policy mesoscore-custom-isolator mesoscore-custom-executor
  mesoscore-demo)
set(SUITE_TIMEOUT_SECONDS 300)
