"""`islands ask`: a database in SQL, safely; and questions that stand ready."""
