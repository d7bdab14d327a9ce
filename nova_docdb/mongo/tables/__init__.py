"""Operations shared by all tables."""
