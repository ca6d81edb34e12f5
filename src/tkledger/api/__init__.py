"""What every front end asks: one actor at one repository; it prints nothing and knows no front end."""
