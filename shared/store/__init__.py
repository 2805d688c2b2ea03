"""SQL: the tables, and one module of questions and answers per noun."""
