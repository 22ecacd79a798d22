# SPDX-License-Identifier: GPL-2.0-or-later
# Rooms: folders whose sources may include only the headers of the rooms they name. Each room sees
# its neighbours through a folder of its own that holds one link, so an include the design forbids
# does not compile: there is no path on which the compiler could find it.

set(XD_INC ${PROJECT_BINARY_DIR}/inc)

# xd_room_headers(NAME DIR): makes "NAME/x.h" includable for rooms that may see NAME.
function(xd_room_headers name dir)
    file(MAKE_DIRECTORY ${XD_INC}/${name})
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${dir} ${XD_INC}/${name}/${name} SYMBOLIC)
endfunction()

# xd_may_include(TARGET ROOM...)
function(xd_may_include target)
    foreach(room ${ARGN})
        target_include_directories(${target} PRIVATE ${XD_INC}/${room})
    endforeach()
endfunction()

# xd_room(NAME DIR dir MAY room... [LIBS lib...]): an object library of dir/*.c, linked into the
# program and the tests. A room without sources yet is left out.
function(xd_room name)
    cmake_parse_arguments(R "" "DIR" "MAY;LIBS;SOURCES" ${ARGN})
    xd_room_headers(${name} ${R_DIR})
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${R_DIR}/*.c)
    list(APPEND sources ${R_SOURCES})
    if(NOT sources)
        return()
    endif()
    add_library(room_${name} OBJECT ${sources})
    xd_may_include(room_${name} ${name} ${R_MAY})
    target_link_libraries(room_${name} PRIVATE ${R_LIBS})
    target_compile_options(room_${name} PRIVATE ${XD_WARN})
    set_property(GLOBAL APPEND PROPERTY XD_ROOMS room_${name})
    set_property(GLOBAL APPEND PROPERTY XD_ROOM_LIBS ${R_LIBS})
endfunction()

# xd_xen_features(VAR): puts into VAR the path of a file with what Xen's installed header says of CPU features,
# "WORD BIT NAME MARKS" a line: empty where there is no libxen-dev. Looked for anew each time, as it comes and goes.
function(xd_xen_features var)
    set(out ${PROJECT_BINARY_DIR}/gen/cpufeatureset.txt)
    unset(XEN_CPUFEATURESET CACHE)
    find_file(XEN_CPUFEATURESET xen/arch-x86/cpufeatureset.h HINTS ${XENLIGHT_INCLUDE_DIRS})
    if(XEN_CPUFEATURESET)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${XEN_CPUFEATURESET})
        add_custom_command(
            OUTPUT ${out}
            COMMAND sed -nE -f ${PROJECT_SOURCE_DIR}/cmake/xen_features.sed ${XEN_CPUFEATURESET} > ${out}
            DEPENDS ${XEN_CPUFEATURESET} ${PROJECT_SOURCE_DIR}/cmake/xen_features.sed VERBATIM)
    else()
        file(CONFIGURE OUTPUT ${out} CONTENT "")
    endif()
    set(${var} ${out} PARENT_SCOPE)
endfunction()

# xd_embed(VAR SYMBOL files...): puts the generated C file's path into VAR.
function(xd_embed var symbol)
    set(out ${PROJECT_BINARY_DIR}/gen/${symbol}.c)
    string(REPLACE ";" "|" files "${ARGN}") # a list would not survive the command line
    add_custom_command(
        OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DSYMBOL=${symbol} "-DFILES=${files}"
                -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
        DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
        VERBATIM)
    set(${var} ${out} PARENT_SCOPE)
endfunction()

# xd_builtin_backend(NAME ...): a backend linked into the program; exports xd_backend_NAME.
function(xd_builtin_backend name)
    xd_room(backend_${name} DIR backends/${name} MAY base model topo xen kernel ${ARGN})
    set_property(GLOBAL APPEND PROPERTY XD_BUILTIN ${name})
endfunction()

# xd_module_backend(NAME LIBS...): a backend that needs a library a machine may lack: a module that
# exports one symbol, xd_backend_module. It finds core's functions in the program that loads it, and
# its own card.c, which tells the program what it would tell.
function(xd_module_backend name)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/backends/${name}/*.c)
    set(card ${PROJECT_SOURCE_DIR}/backends/${name}/card.c)
    list(REMOVE_ITEM sources ${card})
    xd_room_headers(backend_${name} backends/${name})
    add_library(room_card_${name} OBJECT ${card})
    xd_may_include(room_card_${name} backend_${name} base model topo xen kernel)
    target_compile_options(room_card_${name} PRIVATE ${XD_WARN})
    set_property(GLOBAL APPEND PROPERTY XD_ROOMS room_card_${name})
    set_property(GLOBAL APPEND PROPERTY XD_CARDS ${name})
    add_library(${name} MODULE ${sources})
    set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY
                          ${PROJECT_BINARY_DIR}/modules)
    xd_may_include(${name} backend_${name} base model topo xen kernel)
    target_compile_options(${name} PRIVATE ${XD_WARN})
    target_link_libraries(${name} PRIVATE ${ARGN})
    # A function of the program that happens to have the name of one of the module's is another one.
    # What it needs itself is looked up when it is loaded; what its libraries need, when they do.
    target_link_options(${name} PRIVATE -Wl,-Bsymbolic -Wl,-z,now)
    install(TARGETS ${name} DESTINATION ${CMAKE_INSTALL_LIBDIR}/xendeck/modules)
endfunction()

# xd_xen_backend(NAME LIBS...): such a module for Xen hosts; with what these share (backends/shared).
# Its libraries have xentoollog and xenstore among them.
function(xd_xen_backend name)
    xd_room_headers(backend_shared backends/shared)
    xd_module_backend(${name} ${ARGN})
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/backends/shared/xen.c)
    foreach(target ${name} room_card_${name})
        xd_may_include(${target} backend_shared)
    endforeach()
endfunction()

# xd_late_calls(TARGET PREFIX list.txt): TARGET calls the functions in that list as if it were linked
# with their libraries: cmake/late_calls.cmake makes PREFIX_late.h, which it may include.
function(xd_late_calls target prefix list)
    set(dir ${PROJECT_BINARY_DIR}/gen/${prefix}_late)
    file(MAKE_DIRECTORY ${dir})
    if(NOT TARGET ${prefix}_late_calls)
        add_custom_command(
            OUTPUT ${dir}/${prefix}_late.h
            COMMAND ${CMAKE_COMMAND} -DLIST=${list} -DOUT=${dir}/${prefix}_late.h -DPREFIX=${prefix}
                    -P ${PROJECT_SOURCE_DIR}/cmake/late_calls.cmake
            DEPENDS ${list} ${PROJECT_SOURCE_DIR}/cmake/late_calls.cmake
            VERBATIM)
        add_custom_target(${prefix}_late_calls DEPENDS ${dir}/${prefix}_late.h)
    endif()
    add_dependencies(${target} ${prefix}_late_calls)
    target_include_directories(${target} PRIVATE ${dir})
endfunction()

# xd_late_library(TARGET PKG lib): a room, or a module, uses that library by core/base/late.h: it sees
# its headers, and XD_SONAME_PKG is what the loader knows it by; the program isn't linked with it.
function(xd_late_library target pkg lib)
    if(TARGET room_${target})
        set(target room_${target})
    endif()
    find_library(XD_LATE_${pkg} NAMES ${lib} HINTS ${${pkg}_LIBRARY_DIRS} REQUIRED)
    execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${XD_LATE_${pkg}} OUTPUT_VARIABLE head)
    if(NOT head MATCHES "SONAME +([^\n ]+)")
        message(FATAL_ERROR "${XD_LATE_${pkg}} has no name that the loader would know it by")
    endif()
    target_compile_definitions(${target} PRIVATE XD_SONAME_${pkg}="${CMAKE_MATCH_1}")
    target_include_directories(${target} SYSTEM PRIVATE ${${pkg}_INCLUDE_DIRS})
endfunction()
