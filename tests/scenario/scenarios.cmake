# One entry per scenario folder, and one that tries its mutants. They need root (or --rootless by LAB_ROOTLESS=1).
if(TARGET lab AND TARGET proxy)
  file(GLOB scenario_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/scenarios/*/scenario.yaml)
  foreach(scenario_file ${scenario_files})
    get_filename_component(scenario_folder ${scenario_file} DIRECTORY)
    get_filename_component(scenario_name ${scenario_folder} NAME)
    add_test(NAME scenario/${scenario_name} COMMAND lab run ${scenario_folder})
    add_test(NAME mutants/${scenario_name} COMMAND lab mutate ${scenario_folder})
    set_tests_properties(scenario/${scenario_name} mutants/${scenario_name}
                         PROPERTIES LABELS scenario TIMEOUT 120 RUN_SERIAL ON)
  endforeach()
endif()
