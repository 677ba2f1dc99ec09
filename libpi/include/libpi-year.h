/* libpi-year.h - which year's API a program is written for: -DLIBPI_YEAR=2019, 2020, 2023, 2025 or
 * 2026 (the default). Years between are taken as the nearest of these. */
#ifndef LIBPI_YEAR_H
#define LIBPI_YEAR_H

#ifndef LIBPI_YEAR
#define LIBPI_YEAR 2026
#elif LIBPI_YEAR == 2021
#undef LIBPI_YEAR
#define LIBPI_YEAR 2020
#elif LIBPI_YEAR == 2022
#undef LIBPI_YEAR
#define LIBPI_YEAR 2023
#elif LIBPI_YEAR == 2024
/* For what programs of that year define themselves. */
#define LIBPI_YEAR_2024
#undef LIBPI_YEAR
#define LIBPI_YEAR 2025
#endif

#if LIBPI_YEAR < 2019 || LIBPI_YEAR > 2026
#error "LIBPI_YEAR must be 2019 to 2026"
#endif

#endif
