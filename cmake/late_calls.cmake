# SPDX-License-Identifier: GPL-2.0-or-later
# cmake -DLIST=late.txt -DOUT=x.h -DPREFIX=xd_xl -P late_calls.cmake
# Writes the header by which a module's code calls functions of libraries that are loaded late
# (core/base/late.h) as if it were linked with them. LIST has a line "LIBRARY FUNCTION" for each. Of a
# library it makes, before the functions' names become calls through the table:
#   PREFIX_LIBRARY_FUNCTIONS(F), struct PREFIX_LIBRARY, PREFIX_LIBRARY_table(): loads it if need be
file(STRINGS ${LIST} lines REGEX "^[a-z]")
foreach(line ${lines})
    string(REPLACE " " ";" words "${line}")
    list(GET words 0 library)
    list(GET words 1 function)
    list(APPEND libraries ${library})
    string(APPEND list_${library} " \\\n    F(${function})")
    string(APPEND names "#define ${function} (*${PREFIX}_${library}_table()->${function})\n")
endforeach()
list(REMOVE_DUPLICATES libraries)
set(h "/* Made by cmake/late_calls.cmake from ${LIST}. */\n\n")
foreach(library ${libraries})
    string(APPEND h "#define ${PREFIX}_${library}_FUNCTIONS(F)${list_${library}}\n"
        "struct ${PREFIX}_${library} {\n    ${PREFIX}_${library}_FUNCTIONS(XD_LATE_POINTER)\n};\n"
        "const struct ${PREFIX}_${library} *${PREFIX}_${library}_table(void);\n\n")
endforeach()
string(APPEND h "#ifndef XD_LATE_ITSELF\n${names}#endif\n")
file(WRITE ${OUT} "${h}")
